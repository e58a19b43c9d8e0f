#include "client/variable.h"

#include <atomic>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "client/core/throw.h"
#include "client/core/variable_reads.h"
#include "client/print/format.h"
#include "client/shared_variables.h"

namespace eager {

struct Variable::State {
  Tensor handle;
  std::string name;
  bool trainable = true;
  std::atomic<uint64_t> assignments = 0;
};

namespace {

// A value to assign: numbers take the variable's dtype.
Tensor ToTensor(const Operand& value) {
  if (value.kind() == Operand::Kind::kTensor && value.variable() == nullptr) return *value.tensor();
  return internal::Call1(internal::Op("Identity"), {&value, 1}, {}, value.where());
}

}  // namespace

std::shared_ptr<Variable::State> Variable::Make(const TensorSpec& spec, const VariableOptions& options,
                                                std::source_location where) {
  NamedAttrs attrs = {{"dtype", spec.dtype}, {"shape", spec.shape}};
  if (!options.shared_name.empty()) attrs.push_back({"shared_name", options.shared_name});
  auto state = std::make_shared<State>();
  state->handle = internal::Call1(internal::Op("VarHandleOp"), {}, attrs, where);
  state->handle.state()->variable = std::make_unique<TensorSpec>(spec);
  const bool unnamed = options.name == VariableOptions().name && !options.shared_name.empty();
  state->name = (unnamed ? options.shared_name : options.name) + ":0";
  state->trainable = options.trainable;
  return state;
}

Variable::Variable(const Operand& initial_value, VariableOptions options) {
  const internal::NoTapes quiet;
  const std::source_location where = initial_value.where();
  const Tensor initial = ToTensor(initial_value);
  state_ = Make({initial.dtype(), initial.shape(where)}, options, where);
  Update(options.shared_name.empty() ? "AssignVariableOp" : "InitializeVariableOp", Operand(initial, where));
}

Variable Variable::Shared(const std::string& name, const Operand& initial_value) {
  return Variable(initial_value, {.shared_name = name});
}

Variable Variable::Shared(const std::string& name, std::source_location where) {
  const internal::NoTapes quiet;
  const std::vector<SharedVariableInfo> found = list_variables(name, where);
  if (name.empty() || found.empty()) throw Error(absl::NotFoundError(absl::StrCat("there is no shared variable '", name, "'")), where);
  Variable variable;
  variable.state_ = Make({found[0].dtype, found[0].shape}, {.shared_name = name}, where);
  return variable;
}

const std::string& Variable::name() const { return state_->name; }
bool Variable::trainable() const { return state_->trainable; }
DType Variable::dtype() const { return state_->handle.state()->variable->dtype; }
const Shape& Variable::shape() const { return state_->handle.state()->variable->shape; }
const std::string& Variable::device() const { return state_->handle.device(); }
const Tensor& Variable::handle() const { return state_->handle; }
uint64_t Variable::assignments() const { return state_->assignments.load(std::memory_order_relaxed); }

Tensor Variable::read_value(std::source_location where) const {
  const internal::StateRef& handle = state_->handle.state();
  for (internal::TapeState* tape : internal::ActiveTapes()) {
    if (!state_->trainable || !tape->watch_accessed_variables || tape->context != handle->context ||
        tape->tape.Tracks(handle->tape_id)) {
      continue;
    }
    tape->Watch(handle);
    tape->watched_variables.push_back(handle);
  }
  if (state_->trainable) internal::VariableReads::Note(*this);
  return Read(where);
}

Tensor Variable::Read(std::source_location where) const {
  const Operand operand(state_->handle, where);
  return internal::Call1(internal::Op("ReadVariableOp"), {&operand, 1}, {{"dtype", dtype()}}, where);
}

Tensor Variable::Unrecorded(std::source_location where) const {
  const internal::NoTapes quiet;
  return Read(where);
}

void Variable::Update(absl::string_view op, const Operand& value) const {
  const Operand operands[] = {Operand(state_->handle, value.where()), value};
  internal::Call(internal::Op(op), operands, {{"dtype", dtype()}}, value.where());
  state_->assignments.fetch_add(1, std::memory_order_relaxed);
}

Variable& Variable::assign(const Operand& value) {
  Update("AssignVariableOp", value);
  return *this;
}

Variable& Variable::assign_add(const Operand& delta) {
  Update("AssignAddVariableOp", delta);
  return *this;
}

Variable& Variable::assign_sub(const Operand& delta) {
  Update("AssignSubVariableOp", delta);
  return *this;
}

std::string Variable::repr(std::source_location where) const {
  return print::VariableRepr(state_->name.substr(0, state_->name.size() - 2), numpy(where));
}

std::source_location Variable::Line() const { return state_->handle.state()->where; }

std::ostream& operator<<(std::ostream& out, const Variable& v) { return out << v.repr(v.handle().state()->where); }

}  // namespace eager
