// How gradient functions see a recorded op, and how they emit the ops that compute its gradient.
//
// The walk (common/tape/backward.h) owns what is generic: it sums a gradient over broadcast axes until it has its
// input's shape, adds up contributions, fills in zeros, and skips inputs that no source needs. A gradient function
// states the local rule as ordinary ops, e.g. for Sigmoid:
//   Node y = g.output(0);
//   grads[0] = g.Mul(g.upstream(0), g.Mul(y, g.Sub(g.OnesLike(y), y)));
// A failed op makes every later one of the function a no-op and its status the function's; so nothing is checked inside.
#pragma once

#include <initializer_list>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "common/ref_counted.h"

namespace eager {

// A tensor as tapes and gradients name it. `id` is unique within a session's tapes on its side of the wire.
struct TapeTensor {
  uint64_t id = 0;          // 0: there is none
  TensorSpec spec;          // of a variable's handle: dtype and shape of the variable
  bool shape_known = true;  // the client may not know one
  bool tracked = false;     // as an input of an entry: whether its tape tracked it when the op ran
  RefPtr<RefCounted> value; // the server's tensor; null on the client and for what the row does not save
  explicit operator bool() const { return id != 0; }
};
using Node = TapeTensor;

// Runs or only traces the ops that gradients emit: the server executes them, the client keeps their ids.
class Emitter {
 public:
  virtual ~Emitter() = default;
  // Attributes that follow from the inputs may be left out.
  virtual absl::StatusOr<absl::InlinedVector<Node, 2>> Run(absl::string_view op, absl::Span<const Node> inputs,
                                                           const NamedAttrs& attrs) = 0;
  virtual absl::StatusOr<Node> Constant(HostTensor value) = 0;
  // The values of a saved `host` input or of a Constant; empty if this side does not have them.
  virtual HostView HostValues(const Node& node) const = 0;
};

// One op as a tape recorded it.
struct TapeEntry {
  const OpSpec* op = nullptr;
  std::shared_ptr<const Attrs> attrs;  // complete
  absl::InlinedVector<TapeTensor, 2> inputs;
  absl::InlinedVector<TapeTensor, 1> outputs;
  uint64_t closure = 0;  // not 0: a custom gradient, which the client's closure of this id computes; see tape.h
};

// Gradients by input position; an empty Node for "none". One slot per flat input tensor.
class Grads {
 public:
  explicit Grads(int n) : nodes_(n) {}
  Node& operator[](int i) { return nodes_[i]; }
  int size() const { return static_cast<int>(nodes_.size()); }

 private:
  absl::InlinedVector<Node, 2> nodes_;
};

class GradContext {
 public:
  // `upstream` has one Node per output, empty where nothing flows in; `needed` tells which inputs' gradients are used.
  GradContext(const TapeEntry& entry, absl::Span<const Node> upstream, absl::Span<const bool> needed, Emitter& emitter)
      : entry_(entry), upstream_(upstream.begin(), upstream.end()), needed_(needed), emitter_(emitter) {}

  int num_inputs() const { return static_cast<int>(entry_.inputs.size()); }
  int num_outputs() const { return static_cast<int>(entry_.outputs.size()); }
  // The op's tensors. What the row does not save has a spec but no value: only its spec may be used.
  const Node& input(int i) const { return entry_.inputs[i]; }
  const Node& output(int i) const { return entry_.outputs[i]; }
  // The gradient that flows into output i: zeros if nothing does.
  Node upstream(int i);
  bool has_upstream(int i) const { return static_cast<bool>(upstream_[i]); }
  // Whether the gradient of input i will be used; a function may skip the others.
  bool needs(int i) const { return needed_[i]; }
  const Shape& shape(const Node& n) const { return n.spec.shape; }
  template <class T>
  const T& attr(absl::string_view name) const {
    return entry_.attrs->Get<T>(name);
  }
  // The values of an integer `host` input that the row saves. A rule that needs others in their place computes them from
  // these and emits them as constants: what an op would compute, only the server would know, and not the client, which
  // traces gradients without values.
  HostInts ints(int i);

  // Emits an op and gives its first output.
  Node Op(absl::string_view op, std::initializer_list<Node> inputs, const NamedAttrs& attrs = {});
  absl::InlinedVector<Node, 2> Ops(absl::string_view op, absl::Span<const Node> inputs, const NamedAttrs& attrs = {});

  Node Add(const Node& a, const Node& b) { return Op("AddV2", {a, b}); }
  Node Sub(const Node& a, const Node& b) { return Op("Sub", {a, b}); }
  Node Mul(const Node& a, const Node& b) { return Op("Mul", {a, b}); }
  Node Div(const Node& a, const Node& b) { return Op("RealDiv", {a, b}); }
  Node Neg(const Node& a) { return Op("Neg", {a}); }
  Node Square(const Node& a) { return Op("Square", {a}); }
  // A gradient is the conjugate of the derivative, so factors of complex numbers are conjugated.
  Node Conj(const Node& a) { return IsComplex(a.spec.dtype) ? Op("Conj", {a}) : a; }
  Node OnesLike(const Node& a) { return Fill(a, 1); }
  Node ZerosLike(const Node& a) { return Fill(a, 0); }
  Node Reshape(const Node& a, const Shape& shape);
  Node BroadcastTo(const Node& a, const Shape& shape);
  Node Cast(const Node& a, DType dtype);
  // Sums over `axes`.
  Node Sum(const Node& a, absl::Span<const int64_t> axes, bool keep_dims);
  Node Transpose(const Node& a, absl::Span<const int64_t> perm);
  // A scalar of dtype `like`'s.
  Node Scalar(double value, const Node& like);
  // An int32 vector, for axes and shapes.
  Node Ints(absl::Span<const int64_t> values);
  // The same in `dtype`, int32 or int64, for inputs that must agree with another.
  Node Ints(absl::Span<const int64_t> values, DType dtype);
  Node Const(HostTensor value);

  // The first error of an emitted op.
  const absl::Status& status() const { return status_; }

 private:
  Node Fill(const Node& like, double value);

  const TapeEntry& entry_;
  absl::InlinedVector<Node, 2> upstream_;
  absl::Span<const bool> needed_;
  Emitter& emitter_;
  absl::Status status_;
};

}  // namespace eager
