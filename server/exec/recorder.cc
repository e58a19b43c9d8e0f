#include "server/exec/recorder.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace eager::server {
namespace {

constexpr int kMostTensors = 32;  // of an op that are told of

void AppendKey(std::string& key, const TensorSpec& spec) {
  key.push_back(static_cast<char>(spec.dtype));
  key.push_back(static_cast<char>(spec.shape.rank()));
  const absl::Span<const int64_t> dims = spec.shape.dims();
  key.append(reinterpret_cast<const char*>(dims.data()), dims.size() * sizeof(int64_t));
}

// A list of JSON strings; names of dtypes and shapes need no escapes.
std::string Specs(absl::Span<const TensorRef> tensors) {
  std::vector<std::string> specs;
  for (const TensorRef& t : tensors.subspan(0, kMostTensors)) {
    specs.push_back(t ? absl::StrCat("\"", t->is_variable() ? "variable " : "", t->value_spec().ToString(), "\"")
                      : "null");
  }
  if (tensors.size() > kMostTensors) specs.push_back(absl::StrCat("\"and ", tensors.size() - kMostTensors, " more\""));
  return absl::StrCat("[", absl::StrJoin(specs, ","), "]");
}

}  // namespace

Recorder::Recorder(uint64_t most_events) : most_events_(std::clamp<uint64_t>(most_events, 1, kMostEvents)) {}

template <class Make>
void Recorder::AddKind(absl::string_view key, int64_t start, uint64_t items, uint64_t bytes, Make make) {
  const int64_t end = Now();
  MutexLock lock(&mu_);
  if (stopped_) return;
  auto it = index_.find(key);
  if (it == index_.end()) {
    if (kinds_.size() + 1 == kMostKinds) kinds_.push_back({"op", "other", ""});
    const bool full = kinds_.size() >= kMostKinds;
    it = index_.size() < 2 * kMostKinds ? index_.emplace(std::string(key), static_cast<uint32_t>(full ? kMostKinds - 1 : kinds_.size())).first : it;
    if (!full) kinds_.push_back(make());
  }
  const uint32_t kind = it != index_.end() ? it->second : kMostKinds - 1;
  const auto count = static_cast<uint32_t>(std::min<uint64_t>(items, std::numeric_limits<uint32_t>::max()));
  const Event event = {start, end - start, kind, count, bytes};
  if (events_.size() < most_events_) {
    events_.push_back(event);
  } else {
    events_[added_ % most_events_] = event;
  }
  ++added_;
}

void Recorder::Add(absl::string_view category, absl::string_view name, int64_t start, uint64_t items, uint64_t bytes) {
  AddKind(absl::StrCat(category, "\n", name), start, items, bytes, [&] {
    return Kind{std::string(category), std::string(name), ""};
  });
}

void Recorder::AddOp(int64_t start, const Signature& signature, absl::Span<const TensorRef> inputs,
                     absl::Span<const TensorRef> outputs, const absl::Status& status) {
  const OpSpec& op = signature.op();
  // A call that inference refused has no plan.
  const Signature::Plan* plan = status.ok() ? &signature.last_plan() : nullptr;
  const Device* device = plan != nullptr ? plan->placement.device : nullptr;
  const bool fell = plan != nullptr && plan->placement.fell_to_host;
  thread_local std::string key;
  key.clear();
  key.push_back('\1');
  const auto append = [&](const auto& value) { key.append(reinterpret_cast<const char*>(&value), sizeof(value)); };
  append(op.index);
  append(device);
  key.push_back(static_cast<char>(status.code()));
  key.push_back(fell);
  for (const TensorRef& t : inputs.subspan(0, kMostTensors)) {
    key.push_back(t->is_variable());
    AppendKey(key, t->value_spec());
  }
  append(inputs.size());
  for (const TensorRef& t : outputs.subspan(0, kMostTensors)) {
    if (t) AppendKey(key, t->value_spec());
  }
  AddKind(key, start, 0, 0, [&] {
    std::string args = absl::StrCat("\"inputs\":", Specs(inputs), ",\"outputs\":", Specs(outputs));
    if (device != nullptr) absl::StrAppend(&args, ",\"device\":\"", device->attributes().name, "\"");
    if (fell) absl::StrAppend(&args, ",\"fell_to_host\":true");
    if (!status.ok()) absl::StrAppend(&args, ",\"error\":\"", absl::StatusCodeToString(status.code()), "\"");
    return Kind{"op", std::string(op.name), std::move(args)};
  });
}

void Recorder::AddChain(int64_t start, absl::Span<const Signature* const> ops, const TensorSpec& spec) {
  const std::string names = absl::StrJoin(
      ops, ",", [](std::string* out, const Signature* op) { absl::StrAppend(out, "\"", op->op().name, "\""); });
  const std::string args = absl::StrCat("\"ops\":[", names, "],\"outputs\":[\"", spec.ToString(), "\"]");
  AddKind(args, start, ops.size(), 0, [&] { return Kind{"chain", "chain", args}; });
}

void Recorder::Stop() {
  MutexLock lock(&mu_);
  if (!stopped_) stopped_at_ = Now();
  stopped_ = true;
  stopped_changed_.SignalAll();
}

bool Recorder::AwaitStop(absl::Duration longest) {
  const Clock::time_point until = Clock::now() + absl::ToChronoNanoseconds(longest);
  MutexLock lock(&mu_);
  while (!stopped_ && Clock::now() < until) stopped_changed_.WaitFor(&mu_, until - Clock::now());
  return stopped_;
}

Recorder::Recording Recorder::Take() {
  MutexLock lock(&mu_);
  Recording recording = {std::move(kinds_), std::move(events_), 0, began_, stopped_at_};
  recording.dropped = added_ - recording.events.size();
  if (recording.dropped != 0) {  // the oldest one comes first
    std::rotate(recording.events.begin(), recording.events.begin() + static_cast<int64_t>(added_ % most_events_),
                recording.events.end());
  }
  return recording;
}

}  // namespace eager::server
