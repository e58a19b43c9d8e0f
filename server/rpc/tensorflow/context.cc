#include "server/rpc/tensorflow/context.h"

#include <limits>
#include <new>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ops/infer.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute_gate.h"
#include "server/exec/counting_scope.h"
#include "server/exec/recent_errors.h"
#include "server/rpc/tensorflow/errors.h"
#include "server/rpc/tensorflow/receive.h"
#include "server/rpc/tensorflow/tensor_proto.h"

namespace eager::server::tf {
namespace {

using ::tensorflow::eager::Operation;
using ::tensorflow::eager::QueueItem;
using ::tensorflow::eager::QueueResponse;

constexpr int32_t kMostOutputs = 1 << 20;

int64_t Now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// An error that no run of an op has counted.
absl::Status Counted(const absl::Status& status, absl::string_view op) {
  RecentErrors::Get().Add(status, op);
  return status;
}

}  // namespace

Context::Context(const Options& options, std::shared_ptr<Session> session, std::shared_ptr<Rendezvous> rendezvous, Cluster cluster)
    : options_(options),
      session_(std::move(session)),
      rendezvous_(std::move(rendezvous)),
      peers_(session_, rendezvous_, std::move(cluster)),
      view_(options.view),
      runner_(*session_, *rendezvous_, peers_,
              [this](absl::FunctionRef<void()> wait) ABSL_NO_THREAD_SAFETY_ANALYSIS {
                mu_.Unlock();
                wait();
                mu_.Lock();
              },
              options.bounds),
      last_heard_(Now()) {}

Context::~Context() { Close(absl::CancelledError("the context has ended")); }

void Context::SetCluster(Cluster cluster) { peers_.SetCluster(std::move(cluster)); }

void Context::Close(const absl::Status& why) {
  session_->Close(why);
  peers_.Cancel();
  std::set<int64_t> steps;
  {
    MutexLock lock(&released_mu_);
    steps.swap(steps_);
  }
  steps.insert(static_cast<int64_t>(options_.id));
  for (int64_t step : steps) rendezvous_->EndStep(step, why);
}

absl::Status Context::Execute(QueueItem& item, QueueResponse* response, Told told) {
  Touch();
  if (ReleaseOnly(item)) return absl::OkStatus();
  if (item.has_sync_remote_executor_for_stream()) {
    absl::Status unheard;
    {
      MutexLock lock(&mu_);  // whoever is at work has done it
      unheard = std::exchange(unheard_, absl::OkStatus());
    }
    RETURN_IF_ERROR(unheard);
    return Synchronize();
  }
  MutexLock lock(&mu_);
  ReleasePending();
  RETURN_IF_ERROR(session_->closed());
  runner_.StartItem();
  const ComputeScope compute(session_->compute_party());
  const CountingScope counting(session_->tenant().name());
  try {
    return ExecuteItem(item, response, told);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("the host has no memory left");
  }
}

bool Context::ReleaseOnly(const QueueItem& item) {
  if (!item.has_handle_to_decref()) return false;
  {
    MutexLock lock(&released_mu_);
    released_.emplace_back(item.handle_to_decref().op_id(), item.handle_to_decref().output_num());
  }
  // Whoever is at work does it next.
  if (mu_.TryLock()) {
    ReleasePending();
    mu_.Unlock();
  }
  return true;
}

void Context::ReleasePending() {
  std::vector<Handle> released;
  {
    MutexLock lock(&released_mu_);
    released.swap(released_);
  }
  if (released.empty()) return;
  for (const Handle& handle : released) entries_.erase(handle);
  runner_.keeper()->SetHandles(static_cast<int64_t>(entries_.size())).IgnoreError();  // fewer than before
}

absl::Status Context::ExecuteItem(QueueItem& item, QueueResponse* response, Told told) {
  switch (item.item_case()) {
    case QueueItem::kOperation:
      return RunOperation(item.operation(), response, told);
    case QueueItem::kSendTensor:
      return Receive(item.send_tensor());
    case QueueItem::kRegisterFunction: {
      auto& registered = *item.mutable_register_function();
      for (auto& function : *registered.mutable_library()->mutable_function()) {
        RETURN_IF_ERROR(runner_.functions().Add(std::move(function)));
      }
      return runner_.functions().Add(std::move(*registered.mutable_function_def()));
    }
    case QueueItem::kRemoveFunction:
      runner_.functions().Remove(item.remove_function().function_name());
      return absl::OkStatus();
    case QueueItem::kCleanupFunction: {
      const int64_t step = item.cleanup_function().step_id();
      {
        MutexLock lock(&released_mu_);
        if (steps_.erase(step) == 0) return absl::OkStatus();
      }
      rendezvous_->EndStep(step, absl::CancelledError("the function has ended"));
      return absl::OkStatus();
    }
    case QueueItem::kSendPackedHandle:
      return absl::UnimplementedError("packed handles (tf.distribute) are not served by eagerd");
    default:
      return absl::InvalidArgumentError("Invalid queue item: of a kind that eagerd does not know");
  }
}

absl::Status Context::Receive(const ::tensorflow::eager::SendTensorOp& sent) {
  ASSIGN_OR_RETURN(const Place place, runner_.PlaceFor(sent.device_name()));
  for (int i = 0; i < sent.tensors_size(); ++i) {
    ASSIGN_OR_RETURN(TensorRef tensor, TensorFromProto(sent.tensors(i), place));
    RETURN_IF_ERROR(Put(sent.op_id(), i, {Value(std::move(tensor)), absl::OkStatus(), {}}));
  }
  return absl::OkStatus();
}

absl::Status Context::Put(int64_t op, int32_t output, Entry entry) {
  const auto [it, is_new] = entries_.try_emplace({op, output});
  if (!is_new) return absl::AlreadyExistsError(absl::StrCat("handle ", op, ":", output, " is in use"));
  if (absl::Status room = runner_.keeper()->SetHandles(static_cast<int64_t>(entries_.size())); !room.ok()) {
    entries_.erase(it);
    return room;
  }
  it->second = std::move(entry);
  return absl::OkStatus();
}

absl::Status Context::Synchronize() {
  for (const auto& device : session_->queues().devices().devices()) {
    if (device->host_accessible()) continue;  // does what it is asked at once
    ASSIGN_OR_RETURN(Device * queue, session_->queues().Find(device->attributes().name));
    RETURN_IF_ERROR(queue->Synchronize());
  }
  return absl::OkStatus();
}

absl::StatusOr<Values> Context::Inputs(const Operation& op, std::vector<TensorSpec>* specs, absl::Status* failed) {
  Values inputs;
  inputs.reserve(static_cast<size_t>(op.op_inputs_size()));
  for (const auto& input : op.op_inputs()) {
    if (input.has_tensor()) {
      ASSIGN_OR_RETURN(const Place place, runner_.PlaceFor(op.device()));
      ASSIGN_OR_RETURN(TensorRef tensor, TensorFromProto(input.tensor(), place));
      specs->push_back(tensor->spec());
      inputs.emplace_back(std::move(tensor));
      continue;
    }
    const auto& handle = input.remote_handle();
    const auto it = entries_.find({handle.op_id(), handle.output_num()});
    if (it == entries_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("Unable to find the relevant tensor remote_handle: Op ID: ", handle.op_id(), ", Output num: ", handle.output_num(),
                       ". One possible cause is that the tensor was accessed after deletion, or that the server was restarted"));
    }
    const Entry& entry = it->second;
    if (entry.failed.ok()) {
      specs->push_back(entry.value.spec());
    } else {
      specs->push_back(entry.spec);
      if (failed->ok()) *failed = entry.failed;
    }
    inputs.push_back(entry.value);
  }
  return inputs;
}

absl::StatusOr<std::shared_ptr<Instruction>> Context::InstructionFor(const Operation& op) {
  std::string key = absl::StrCat(op.name(), " ", op.device(), " ", Fingerprint(op.attrs()));
  const auto it = instructions_.find(key);
  if (it != instructions_.end()) return it->second;
  if (instructions_.size() >= kMostInstructions) instructions_.clear();  // attributes that never come again
  ASSIGN_OR_RETURN(Instruction made, runner_.Prepare(op.name(), op.attrs(), op.device()));
  return instructions_.emplace(std::move(key), std::make_shared<Instruction>(std::move(made))).first->second;
}

absl::Status Context::RunOperation(const Operation& op, QueueResponse* response, Told told) {
  if (op.id() == std::numeric_limits<int64_t>::max()) return absl::InvalidArgumentError("an op's id is too large");
  const absl::StatusOr<std::shared_ptr<Instruction>> prepared = InstructionFor(op);
  if (!prepared.ok()) return Counted(prepared.status(), op.name());
  const std::shared_ptr<Instruction> instruction = *prepared;  // others may forget it while an op waits
  const bool reads = op.name() == "_Send";
  if (reads && !unheard_.ok()) return std::exchange(unheard_, absl::OkStatus());
  absl::Status status = RunInstruction(op, *instruction, response);
  if (status.ok() || reads || told == Told::kByAnswer || !instruction->has_no_outputs()) return status;
  if (unheard_.ok()) unheard_ = std::move(status);
  return absl::OkStatus();
}

absl::Status Context::RunInstruction(const Operation& op, Instruction& instruction, QueueResponse* response) {
  std::vector<TensorSpec> specs;
  absl::Status failed;
  absl::StatusOr<Values> inputs = Inputs(op, &specs, &failed);
  if (!inputs.ok()) return Counted(inputs.status(), op.name());
  if (!failed.ok()) return Fail(op, instruction, specs, failed, response);
  const Frame frame{op.device(), op.is_component_function() ? op.func_step_id() : static_cast<int64_t>(options_.id), 0};
  absl::StatusOr<Values> outputs = runner_.Run(instruction, *std::move(inputs), frame);
  if (!outputs.ok()) return Fail(op, instruction, specs, ForClient(outputs.status(), op.name()), response);
  if (outputs->size() > kMostOutputs) return absl::InvalidArgumentError("an op has too many outputs");
  for (size_t i = 0; i < outputs->size(); ++i) {
    Value& output = (*outputs)[i];
    ShapeToProto(output.spec().shape, response->add_shape());
    if (op.is_function()) response->add_device(op.device());
    if (op.id() >= 0) RETURN_IF_ERROR(Put(op.id(), static_cast<int32_t>(i), {std::move(output), absl::OkStatus(), {}}));
  }
  return absl::OkStatus();
}

absl::Status Context::Fail(const Operation& op, const Instruction& instruction, absl::Span<const TensorSpec> inputs,
                           const absl::Status& why, QueueResponse* response) {
  const Signature* signature = instruction.signature();
  if (signature == nullptr) return why;
  Attrs attrs = signature->attrs();
  Inferred inferred;
  absl::InlinedVector<InferInput, 4> known;
  for (const TensorSpec& spec : inputs) known.push_back({spec.dtype, &spec.shape, {}, nullptr});
  std::vector<TensorSpec> specs;
  if (signature->has_plan()) {  // inference had nothing against it
    specs.assign(signature->last_plan().outputs.begin(), signature->last_plan().outputs.end());
  } else if (Infer(signature->op(), known, attrs, inferred).ok() && inferred.shapes_known) {
    for (size_t i = 0; i < inferred.dtypes.size(); ++i) specs.push_back({inferred.dtypes[i], inferred.shapes[i]});
  }
  if (specs.empty()) return why;
  for (size_t i = 0; i < specs.size(); ++i) {
    ShapeToProto(specs[i].shape, response->add_shape());
    RETURN_IF_ERROR(Put(op.id(), static_cast<int32_t>(i), {Value(), why, specs[i]}));
  }
  return absl::OkStatus();
}

absl::Status Context::RunComponent(const ::tensorflow::eager::RunComponentFunctionRequest& request,
                                   ::tensorflow::eager::RunComponentFunctionResponse* response) {
  Touch();
  const Operation& op = request.operation();
  {
    MutexLock lock(&released_mu_);
    steps_.insert(op.func_step_id());
  }
  MutexLock lock(&mu_);
  ReleasePending();
  RETURN_IF_ERROR(session_->closed());
  runner_.StartItem();
  const ComputeScope compute(session_->compute_party());
  const CountingScope counting(session_->tenant().name());
  std::vector<TensorSpec> specs;
  absl::Status failed;
  ASSIGN_OR_RETURN(Values inputs, Inputs(op, &specs, &failed));
  RETURN_IF_ERROR(failed);
  const Frame frame{op.device(), op.func_step_id(), 0};
  ASSIGN_OR_RETURN(Values outputs, runner_.Call(op.name(), op.attrs(), std::move(inputs), frame));
  if (outputs.size() != static_cast<size_t>(request.output_num_size())) {
    return absl::InvalidArgumentError(absl::StrCat("function '", op.name(), "' has ", outputs.size(), " outputs, but ",
                                                   request.output_num_size(), " are asked for"));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    ShapeToProto(outputs[i].spec().shape, response->add_shape());
    RETURN_IF_ERROR(Put(op.id(), request.output_num(static_cast<int>(i)), {std::move(outputs[i]), absl::OkStatus(), {}}));
  }
  return absl::OkStatus();
}

void Context::StreamOpened() {
  ++streams_;
  connection_lost_ = false;
  Touch();
}

void Context::StreamEnded(bool by_client) {
  Touch();
  if (--streams_ == 0 && by_client) connection_lost_ = true;
}

void Context::Touch() { last_heard_ = Now(); }

bool Context::Expired(std::chrono::steady_clock::time_point now, std::chrono::nanoseconds grace) const {
  if (streams_ > 0) return false;
  const std::chrono::nanoseconds silent(now.time_since_epoch().count() - last_heard_);
  return silent > options_.keep_alive || (connection_lost_ && silent > grace);
}

}  // namespace eager::server::tf
