#include "client/tensor.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "client/core/throw.h"
#include "client/op.h"
#include "client/print/format.h"
#include "client/variable.h"
#include "common/visit_dtype.h"

namespace eager {
namespace {

using internal::StateRef;
using internal::ThrowIfError;
using internal::ValueOrThrow;

const StateRef& Need(const StateRef& state, std::source_location where) {
  if (state == nullptr) throw Error(absl::InvalidArgumentError("an empty Tensor is used"), where);
  return state;
}

// The line that made the tensor.
std::source_location LineOf(const Tensor& t) { return Need(t.state(), std::source_location::current())->where; }

// The one element of a tensor as a T of any numeric kind.
template <class T>
T ScalarAs(const Tensor& tensor, absl::string_view what) {
  const std::source_location where = LineOf(tensor);
  const HostTensor value = tensor.numpy(where);
  if (value.num_elements() != 1) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("only a tensor of one element can become ", what, ", this one is ",
                                                        value.spec().ToString())),
                where);
  }
  return VisitDType(value.dtype(), [&]<class E>() -> T {
    const E element = value.values<E>()[0];
    if constexpr (std::is_same_v<E, Float16> || std::is_same_v<E, BFloat16>) {
      return static_cast<T>(static_cast<float>(element));
    } else {
      return static_cast<T>(element);
    }
  }, [&]() -> T {
    throw Error(absl::InvalidArgumentError(absl::StrCat("a ", Name(value.dtype()), " cannot become ", what)), where);
  });
}

Tensor Binary(const OpSpec& op, const Operand& a, const Operand& b) {
  const Operand operands[] = {a, b};
  return internal::Call1(op, operands, {}, a.where());
}

Tensor Binary(absl::string_view op, const Operand& a, const Operand& b) { return Binary(internal::Op(op), a, b); }

Tensor Unary(absl::string_view op, const Operand& a) { return internal::Call1(internal::Op(op), {&a, 1}, {}, a.where()); }

DType DTypeOfOperand(const Operand& o) {
  if (o.variable() != nullptr) return o.variable()->dtype();
  if (o.tensor() != nullptr) return o.tensor()->dtype();
  return DType::kInvalid;
}

bool AreIntegers(const Operand& a, const Operand& b) { return IsInteger(DTypeOfOperand(a)) || IsInteger(DTypeOfOperand(b)); }

}  // namespace

DType Tensor::dtype() const { return Need(state_, std::source_location::current())->spec.dtype; }

const Shape& Tensor::shape(std::source_location where) const {
  ThrowIfError(internal::ResolveShape(*Need(state_, where)), where);
  return state_->spec.shape;
}

const std::string& Tensor::device() const { return *Need(state_, std::source_location::current())->device; }

HostTensor Tensor::numpy(std::source_location where) const {
  const internal::TensorState& state = *Need(state_, where);
  if (const HostTensor* known = state.host()) return *known;
  uint64_t bytes = 0;
  if (state.shape_known) bytes = static_cast<uint64_t>(state.spec.shape.num_elements()) * SizeOf(state.spec.dtype);
  return ValueOrThrow(state.context->session().Fetch(state.handle, bytes), where);
}

bool Tensor::ScalarBool() const { return ScalarAs<bool>(*this, "a bool"); }
int64_t Tensor::ScalarInt() const { return ScalarAs<int64_t>(*this, "an integer"); }
double Tensor::ScalarDouble() const { return ScalarAs<double>(*this, "a number"); }

std::string Tensor::str(std::source_location where) const { return print::TensorStr(numpy(where)); }
std::string Tensor::repr(std::source_location where) const { return print::TensorRepr(numpy(where)); }

std::ostream& operator<<(std::ostream& out, const Tensor& t) { return out << t.str(LineOf(t)); }

std::ostream& operator<<(std::ostream& out, const HostTensor& values) { return out << print::ArrayStr(values); }

Tensor operator+(const Operand& a, const Operand& b) {
  static const OpSpec& op = internal::Op("AddV2");  // looked up once: loops spend their time here
  return Binary(op, a, b);
}
Tensor operator-(const Operand& a, const Operand& b) {
  static const OpSpec& op = internal::Op("Sub");
  return Binary(op, a, b);
}
Tensor operator*(const Operand& a, const Operand& b) {
  static const OpSpec& op = internal::Op("Mul");
  return Binary(op, a, b);
}
Tensor operator%(const Operand& a, const Operand& b) { return Binary("FloorMod", a, b); }
Tensor operator==(const Operand& a, const Operand& b) { return Binary("Equal", a, b); }
Tensor operator!=(const Operand& a, const Operand& b) { return Binary("NotEqual", a, b); }
Tensor operator<(const Operand& a, const Operand& b) { return Binary("Less", a, b); }
Tensor operator<=(const Operand& a, const Operand& b) { return Binary("LessEqual", a, b); }
Tensor operator>(const Operand& a, const Operand& b) { return Binary("Greater", a, b); }
Tensor operator>=(const Operand& a, const Operand& b) { return Binary("GreaterEqual", a, b); }
Tensor operator&(const Operand& a, const Operand& b) { return Binary(AreIntegers(a, b) ? "BitwiseAnd" : "LogicalAnd", a, b); }
Tensor operator|(const Operand& a, const Operand& b) { return Binary(AreIntegers(a, b) ? "BitwiseOr" : "LogicalOr", a, b); }
Tensor operator!(const Operand& a) { return Unary("LogicalNot", a); }
Tensor operator-(const Operand& a) { return Unary("Neg", a); }

Tensor operator/(const Operand& a, const Operand& b) {
  // True division: integers become floats first, small ones float32, as in TensorFlow.
  DType dtype = DTypeOfOperand(a) != DType::kInvalid ? DTypeOfOperand(a) : DTypeOfOperand(b);
  for (const Operand* o : {&a, &b}) {
    if (dtype == DType::kInvalid && o->kind() == Operand::Kind::kArray) dtype = o->array().dtype();
  }
  if (!IsInteger(dtype)) return Binary("RealDiv", a, b);
  const DType to = SizeOf(dtype) <= 2 ? DType::kFloat32 : DType::kFloat64;
  const auto as_float = [&](const Operand& o) {
    if (DTypeOfOperand(o) != DType::kInvalid && DTypeOfOperand(o) != dtype) return Binary("RealDiv", a, b);  // says what is wrong
    NamedAttrs attrs{{"DstT", to}};
    if (DTypeOfOperand(o) == DType::kInvalid) {  // a number or an array
      const bool fraction = o.kind() == Operand::Kind::kFloat ||
                            (o.kind() == Operand::Kind::kArray && IsFloating(o.array().dtype()));
      attrs.push_back({"SrcT", !fraction ? dtype : o.kind() == Operand::Kind::kArray ? o.array().dtype() : DType::kFloat64});
    }
    return internal::Call1(internal::Op("Cast"), {&o, 1}, attrs, o.where());
  };
  return Binary("RealDiv", Operand(as_float(a), a.where()), Operand(as_float(b), b.where()));
}

Tensor& operator+=(Tensor& a, const Operand& b) { return a = Operand(a, b.where()) + b; }
Tensor& operator-=(Tensor& a, const Operand& b) { return a = Operand(a, b.where()) - b; }
Tensor& operator*=(Tensor& a, const Operand& b) { return a = Operand(a, b.where()) * b; }
Tensor& operator/=(Tensor& a, const Operand& b) { return a = Operand(a, b.where()) / b; }

std::vector<Tensor> op(const std::string& name, const std::vector<Operand>& inputs, const NamedAttrs& attrs,
                       std::source_location where) {
  const OpSpec* spec = ValueOrThrow(OpTable::Builtin().Get(name), where);
  internal::Tensors outputs = internal::Call(*spec, inputs, attrs, where);
  return std::vector<Tensor>(std::make_move_iterator(outputs.begin()), std::make_move_iterator(outputs.end()));
}

}  // namespace eager
