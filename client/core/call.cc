#include "client/core/call.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "client/core/host_cast.h"
#include "client/core/throw.h"
#include "client/variable.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"

namespace eager::internal {
namespace {

using States = absl::InlinedVector<TensorState*, 3>;

template <class T>
bool Fits(int64_t v) {
  return v >= 0 ? static_cast<uint64_t>(v) <= static_cast<uint64_t>(std::numeric_limits<T>::max())
                : std::is_signed_v<T> && v >= static_cast<int64_t>(std::numeric_limits<T>::min());
}

// A host number as a tensor of `dtype`; as in Python, a fraction does not become an integer.
absl::StatusOr<HostTensor> ConvertScalar(const Operand& o, DType dtype) {
  using Result = absl::StatusOr<HostTensor>;
  const bool is_float = o.kind() == Operand::Kind::kFloat, is_bool = o.kind() == Operand::Kind::kBool;
  const auto misfit = [&]() -> Result {
    const std::string text = is_float ? absl::StrCat(o.float_value()) : is_bool ? (o.int_value() != 0 ? "true" : "false") : absl::StrCat(o.int_value());
    return absl::InvalidArgumentError(absl::StrCat("cannot convert ", text, " to a tensor of dtype ", Name(dtype)));
  };
  if (is_bool != (dtype == DType::kBool) || (is_float && IsInteger(dtype))) return misfit();
  return VisitDType(dtype, [&]<class T>() -> Result {
    if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
      return HostTensor::Scalar(T(static_cast<float>(o.float_value())));
    } else if constexpr (std::is_floating_point_v<T>) {
      return HostTensor::Scalar(static_cast<T>(o.float_value()));
    } else {
      if (!Fits<T>(o.int_value())) return misfit();
      return HostTensor::Scalar(static_cast<T>(o.int_value()));
    }
  }, misfit);
}

HostTensor IntList(const std::vector<int64_t>& values, DType dtype) {
  const Shape shape{static_cast<int64_t>(values.size())};
  bool wide = dtype == DType::kInt64;
  for (int64_t v : values) wide = wide || !Fits<int32_t>(v);
  if (wide) return HostTensor::FromSpan<int64_t>(shape, values);
  return HostTensor::FromSpan<int32_t>(shape, std::vector<int32_t>(values.begin(), values.end()));
}

// A host array for an input of `dtype`, or as it is where TensorFlow would not convert it: inference then says so.
HostTensor ConvertArray(const HostTensor& array, DType dtype) {
  const DType own = array.dtype();
  const bool number = IsInteger(own) || IsFloating(own);
  const bool converts = own != dtype && ((IsFloating(dtype) && number) || (IsInteger(dtype) && IsInteger(own)));
  return converts ? CastHost(array, dtype) : array;
}

// The attributes of a call that names none, made once per op.
const Attrs& DefaultAttrs(const OpSpec& op, std::source_location where) {
  static const auto* all = [] {
    auto* list = new std::vector<absl::StatusOr<Attrs>>;
    for (int i = 0; i < OpTable::Builtin().size(); ++i) list->push_back(Attrs::Make(OpTable::Builtin().at(i), {}));
    return list;
  }();
  const absl::StatusOr<Attrs>& attrs = (*all)[static_cast<size_t>(op.index)];
  if (!attrs.ok()) throw Error(attrs.status(), where);
  return *attrs;
}

// One call on its way.
class Caller {
 public:
  Caller(const OpSpec& op, absl::Span<const Operand> operands, std::source_location where)
      : op_(op), operands_(operands), where_(where), n_(static_cast<int>(operands.size())) {}

  Tensors Run(const NamedAttrs& named);

 private:
  void ResolveTensors();
  void ResolveNumbers(const Attrs& attrs);
  // The dtype for a number: what the attribute, another input of the same type, or its kind says.
  DType NumberType(int i, const Attrs& attrs) const;
  const ArgSpec* Arg(int i) const {
    return op_.has_list_input || i < static_cast<int>(op_.inputs.size()) ? &op_.inputs[op_.InputArg(i, n_)] : nullptr;
  }
  // Finds output specs and the complete attributes: those of the signature's last call again, or by inference.
  absl::Status InferOutputs(Session::Signature& signature);
  // For a tape every shape must be known here: waits for values that decide one.
  absl::Status ResolveForTapes();
  bool SameAsLast(const Session::Signature& signature) const;
  Tensors Emit(const Session::Signature& signature);
  void Record(const Tensors& outputs) const;
  bool WantedBy(const TapeState& tape) const;

  const OpSpec& op_;
  absl::Span<const Operand> operands_;
  const std::source_location where_;
  const int n_;
  // Makes a tensor that nobody else keeps the op's input `i`.
  void Hold(int i, StateRef state);
  ContextState& Context() const { return **context_; }

  // Pointers into what lives as long as the call: the operands' tensors, and what held_ and default_context_ keep.
  const std::shared_ptr<ContextState>* context_ = nullptr;
  const std::string* device_ = nullptr;
  States inputs_;
  absl::InlinedVector<StateRef, 2> held_;
  std::shared_ptr<ContextState> default_context_;
  absl::InlinedVector<TapeState*, 2> tapes_;
  bool shapes_known_ = false;  // the signature's last outputs are this call's
  Inferred inferred_;          // else
  std::shared_ptr<const Attrs> attrs_;  // for tapes
};

void Caller::Hold(int i, StateRef state) {
  inputs_[static_cast<size_t>(i)] = state.get();
  held_.push_back(std::move(state));
}

void Caller::ResolveTensors() {
  inputs_.resize(operands_.size());
  for (int i = 0; i < n_; ++i) {
    const Operand& o = operands_[static_cast<size_t>(i)];
    const ArgSpec* arg = Arg(i);
    if (o.variable() != nullptr) {
      // Ops on the variable itself take its handle, all others its value.
      const bool handle = arg != nullptr && arg->type_attr < 0 && arg->dtype == DType::kResource;
      if (handle) {
        inputs_[static_cast<size_t>(i)] = o.variable()->handle().state().get();
      } else {
        Hold(i, o.variable()->read_value(where_).state());
      }
    } else if (o.kind() == Operand::Kind::kTensor) {
      inputs_[static_cast<size_t>(i)] = o.tensor()->state().get();
      if (o.tensor()->state() == nullptr) {
        throw Error(absl::InvalidArgumentError(absl::StrCat(op_.name, ": input ", i, " is an empty Tensor")), where_);
      }
    } else {
      continue;
    }
    const auto& context = inputs_[static_cast<size_t>(i)]->context;
    if (context_ == nullptr) context_ = &context;
    if (*context_ != context) {
      throw Error(absl::InvalidArgumentError(absl::StrCat(op_.name, ": input ", i, " lives on another server (",
                                                          context->session().address(), ") than the inputs before it (",
                                                          Context().session().address(), ")")),
                  where_);
    }
  }
  if (context_ == nullptr) {
    default_context_ = DefaultState(where_);
    context_ = &default_context_;
  }
  device_ = ValueOrThrow(Context().FindDevice(ThreadDevice()), where_);
}

DType Caller::NumberType(int i, const Attrs& attrs) const {
  const Operand::Kind kind = operands_[static_cast<size_t>(i)].kind();
  const DType natural = kind == Operand::Kind::kFloat   ? DType::kFloat32
                        : kind == Operand::Kind::kBool  ? DType::kBool
                        : kind == Operand::Kind::kArray ? operands_[static_cast<size_t>(i)].array().dtype()
                                                        : DType::kInt32;
  const ArgSpec* arg = Arg(i);
  if (arg == nullptr || arg->types_attr >= 0) return natural;
  if (arg->type_attr < 0) return arg->dtype;
  if (const DType* given = std::get_if<DType>(&attrs[arg->type_attr])) return *given;
  for (int j = 0; j < n_; ++j) {
    const ArgSpec* other = Arg(j);
    if (other != nullptr && other->type_attr == arg->type_attr && inputs_[static_cast<size_t>(j)] != nullptr) {
      return inputs_[static_cast<size_t>(j)]->value_spec().dtype;
    }
  }
  if (kind == Operand::Kind::kArray) return natural;
  // No tensor among them: numbers take an array's dtype; of numbers alone, 1 + 2.5, a fraction makes all of them fractions.
  for (int j = 0; j < n_; ++j) {
    const Operand& other = operands_[static_cast<size_t>(j)];
    if (Arg(j) != nullptr && Arg(j)->type_attr == arg->type_attr && other.kind() == Operand::Kind::kArray) {
      return other.array().dtype();
    }
  }
  for (int j = 0; j < n_; ++j) {
    if (Arg(j) != nullptr && Arg(j)->type_attr == arg->type_attr && natural == DType::kInt32 &&
        operands_[static_cast<size_t>(j)].kind() == Operand::Kind::kFloat) {
      return DType::kFloat32;
    }
  }
  return natural;
}

void Caller::ResolveNumbers(const Attrs& attrs) {
  for (int i = 0; i < n_; ++i) {
    if (inputs_[static_cast<size_t>(i)] != nullptr) continue;
    const Operand& o = operands_[static_cast<size_t>(i)];
    const DType dtype = NumberType(i, attrs);
    if (o.kind() == Operand::Kind::kArray) {
      Hold(i, ValueOrThrow(Context().Put(ConvertArray(o.array(), dtype), *device_, where_), where_));
      continue;
    }
    if (o.kind() == Operand::Kind::kInts) {
      Hold(i, ValueOrThrow(Context().Put(IntList(o.ints(), dtype), *device_, where_), where_));
      continue;
    }
    absl::StatusOr<HostTensor> value = ConvertScalar(o, dtype);
    if (!value.ok()) {
      throw Error(absl::Status(value.status().code(), absl::StrCat(op_.name, ": input ", i, ": ", value.status().message())), where_);
    }
    Hold(i, ValueOrThrow(Context().PutScalar(*value, *device_, where_), where_));
  }
}

bool Caller::SameAsLast(const Session::Signature& signature) const {
  if (signature.last_attrs == nullptr || op_.host_inputs != 0 || signature.last_inputs.size() != inputs_.size()) return false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const TensorState& t = *inputs_[i];
    const bool takes_variable = op_.inputs[op_.InputArg(static_cast<int>(i), n_)].dtype == DType::kResource;
    if (!t.shape_known || (t.variable != nullptr) != takes_variable || t.value_spec() != signature.last_inputs[i]) return false;
  }
  return true;
}

absl::Status Caller::InferOutputs(Session::Signature& signature) {
  shapes_known_ = SameAsLast(signature);
  if (shapes_known_) {
    if (!tapes_.empty()) attrs_ = signature.last_attrs;
    return absl::OkStatus();
  }
  absl::InlinedVector<InferInput, 4> infer;
  for (const TensorState* t : inputs_) {
    infer.push_back({t->spec.dtype, t->shape_known ? &t->spec.shape : nullptr, {}, t->variable.get()});
    if (const HostTensor* known = t->host()) infer.back().host = known->view();
  }
  auto attrs = std::make_shared<Attrs>(signature.attrs);
  RETURN_IF_ERROR(Infer(op_, infer, *attrs, inferred_));
  attrs_ = std::move(attrs);
  shapes_known_ = inferred_.shapes_known;
  if (!shapes_known_) return absl::OkStatus();
  signature.last_attrs = attrs_;
  signature.last_inputs.clear();
  signature.last_outputs.clear();
  for (const TensorState* t : inputs_) signature.last_inputs.push_back(t->value_spec());
  for (size_t i = 0; i < inferred_.dtypes.size(); ++i) signature.last_outputs.push_back({inferred_.dtypes[i], inferred_.shapes[i]});
  return absl::OkStatus();
}

absl::Status Caller::ResolveForTapes() {
  for (int i = 0; i < n_; ++i) {
    TensorState& t = *inputs_[static_cast<size_t>(i)];
    RETURN_IF_ERROR(ResolveShape(t));
    if (Arg(i) != nullptr && Arg(i)->host) RETURN_IF_ERROR(ResolveHost(t));
  }
  return absl::OkStatus();
}

Tensors Caller::Emit(const Session::Signature& signature) {
  const size_t outputs = shapes_known_ ? signature.last_outputs.size() : inferred_.dtypes.size();
  const uint64_t first = Context().session().NewHandles(outputs);
  RunItem run;
  run.signature = signature.id;
  run.first_output = first;
  run.num_outputs = static_cast<uint32_t>(outputs);
  for (const TensorState* input : inputs_) run.inputs.push_back(input->handle);
  for (TapeState* tape : tapes_) run.tapes.push_back(tape->Id());
  Context().session().AddRun(run);
  Tensors tensors;
  for (size_t i = 0; i < outputs; ++i) {
    auto state = std::make_shared<TensorState>(*context_, first + i, where_);
    if (shapes_known_) {
      state->spec = signature.last_outputs[i];
    } else {
      state->spec.dtype = inferred_.dtypes[i];
      state->shape_known = false;
    }
    state->device = device_;
    tensors.emplace_back(std::move(state));
  }
  return tensors;
}

void Caller::Record(const Tensors& outputs) const {
  if (tapes_.empty()) return;
  TapeEntry entry{&op_, attrs_, {}, {}};
  for (int i = 0; i < n_; ++i) {
    const TensorState& t = *inputs_[static_cast<size_t>(i)];
    entry.inputs.push_back(ForTape(t, SavesInput(op_, i, n_, t.value_spec().dtype)));
  }
  for (const Tensor& t : outputs) entry.outputs.push_back(ForTape(*t.state(), SavesOutputs(op_)));
  absl::InlinedVector<Tape*, 2> tapes;
  for (TapeState* tape : tapes_) tapes.push_back(&tape->tape);
  RecordOn(tapes, std::move(entry));
}

bool Caller::WantedBy(const TapeState& tape) const {
  if (tape.context != *context_) return false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (tape.tape.WantsFor(op_, i, inputs_[i]->tape_id, inputs_[i]->value_spec().dtype)) return true;
  }
  return false;
}

Tensors Caller::Run(const NamedAttrs& named) {
  ResolveTensors();
  std::optional<Attrs> made;
  if (!named.empty()) made = ValueOrThrow(Attrs::Make(op_, named), where_);
  const Attrs& attrs = made.has_value() ? *made : DefaultAttrs(op_, where_);
  ResolveNumbers(attrs);
  for (TapeState* tape : ActiveTapes()) {
    if (!WantedBy(*tape)) continue;
    tape->Id();
    tapes_.push_back(tape);
  }
  if (!tapes_.empty()) ThrowIfError(ResolveForTapes(), where_);
  Tensors outputs;
  ThrowIfError(Context().session().WithSignature(attrs, *device_, !made.has_value(), [&](Session::Signature& signature) -> absl::Status {
    RETURN_IF_ERROR(InferOutputs(signature));
    outputs = Emit(signature);
    return absl::OkStatus();
  }), where_);
  Record(outputs);
  return outputs;
}

}  // namespace

Tensors Call(const OpSpec& op, absl::Span<const Operand> operands, const NamedAttrs& attrs, std::source_location where) {
  return Caller(op, operands, operands.empty() ? where : operands[0].where()).Run(attrs);
}

Tensor Call1(const OpSpec& op, absl::Span<const Operand> operands, const NamedAttrs& attrs, std::source_location where) {
  return std::move(Call(op, operands, attrs, where)[0]);
}

const OpSpec& Op(absl::string_view name) { return *OpTable::Builtin().Find(name); }

Tensor PutHost(const HostTensor& value, std::source_location where) {
  const std::shared_ptr<ContextState> context = DefaultState(where);
  const std::string* device = ValueOrThrow(context->FindDevice(ThreadDevice()), where);
  return Tensor(ValueOrThrow(context->Put(value, *device, where), where));
}

absl::Status ResolveShape(TensorState& state) {
  if (state.shape_known) return absl::OkStatus();
  MutexLock lock(&state.resolve_mu);
  if (state.shape_known) return absl::OkStatus();
  ASSIGN_OR_RETURN(TensorSpec spec, state.context->session().FetchSpec(state.handle));
  state.spec.shape = std::move(spec.shape);
  state.shape_known = true;
  return absl::OkStatus();
}

absl::Status ResolveHost(TensorState& state) {
  if (state.host() != nullptr) return absl::OkStatus();
  MutexLock lock(&state.resolve_mu);
  if (state.host() != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(HostTensor value, state.context->session().Fetch(state.handle, 0));
  state.KeepHost(std::move(value));
  return absl::OkStatus();
}

}  // namespace eager::internal
