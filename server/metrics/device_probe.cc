#include "server/metrics/device_probe.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/device_queues.h"
#include "server/exec/counting_scope.h"
#include "server/exec/executor.h"

namespace eager::server {
namespace {

// 1 + 1, there and back.
absl::Status RunSmallOp(const DeviceSet& devices, const Device& device) {
  DeviceQueues queues(devices);
  const CountingScope silent("", /*silent=*/true);
  ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get("AddV2"));
  ASSIGN_OR_RETURN(Attrs attrs, Attrs::Make(*op, {}));
  ASSIGN_OR_RETURN(const Place place, Place::Find(queues, device.attributes().name));
  const float one = 1;
  ASSIGN_OR_RETURN(TensorRef input, MakeTensor({DType::kFloat32, Shape()}, {reinterpret_cast<const char*>(&one), sizeof(one)}, place));
  const TensorRef inputs[] = {input, input};
  const auto signature = MakeRef<Signature>(*op, std::move(attrs), place);
  Tensors outputs;
  RETURN_IF_ERROR(RunOp(*signature, inputs, outputs));
  float two = 0;
  const Tensor& sum = *outputs[0];
  RETURN_IF_ERROR(sum.buffer()->device()->CopyToHost(*sum.buffer(), sum.offset(), sizeof(two), &two));
  return two == 2 ? absl::OkStatus() : absl::InternalError(absl::StrCat("1 + 1 gave ", two));
}

}  // namespace

DeviceProbe::DeviceProbe(const DeviceSet& devices, const Device& device)
    : devices_(devices), device_(device), thread_([this] { Loop(); }) {}

DeviceProbe::~DeviceProbe() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

absl::Status DeviceProbe::Works() {
  RETURN_IF_ERROR(device_.health());
  MutexLock lock(&mu_);
  const Clock::time_point now = Clock::now();
  if (answered_ != Clock::time_point::min() && now - answered_ < kFresh) return result_;
  if (!asked_) asked_at_ = now;
  asked_ = true;
  changed_.SignalAll();
  for (Clock::duration left; asked_ && (left = asked_at_ + kPatience - Clock::now()) > left.zero();) changed_.WaitFor(&mu_, left);
  if (asked_) return absl::DeadlineExceededError(absl::StrCat("a small op has not ended within ", kPatience.count(), " s"));
  return result_;
}

void DeviceProbe::Loop() {
  MutexLock lock(&mu_);
  while (!stop_) {
    if (!asked_) {
      changed_.Wait(&mu_);
      continue;
    }
    mu_.Unlock();
    absl::Status result = RunSmallOp(devices_, device_);
    mu_.Lock();
    result_ = absl::IsResourceExhausted(result) ? absl::OkStatus() : std::move(result);
    answered_ = Clock::now();
    asked_ = false;
    changed_.SignalAll();
  }
}

}  // namespace eager::server
