#include <algorithm>
#include <chrono>
#include <new>

#include "server/exec/chain.h"
#include "server/exec/counting_scope.h"
#include "server/session/session.h"

namespace eager::server {

bool Session::MayStartChain(const RunRequest& request) const {
  return request.tapes.empty() && std::any_of(request.inputs.begin(), request.inputs.end(), [&](uint64_t handle) {
    const TensorRef* input = handles_.Find(handle);
    return input != nullptr && !(*input)->is_variable() && (*input)->num_elements() >= Chain::kMinElements &&
           (*input)->buffer()->device()->host_accessible();
  });
}

size_t Session::RunChain(absl::Span<const RunRequest> requests, absl::Span<const Released> released) {
  const auto release_of = [&](uint64_t handle) {
    return std::find_if(released.begin(), released.end(), [&](const Released& r) { return r.handle == handle; });
  };
  Chain chain;
  const auto add = [&](const RunRequest& request) {
    const auto signature = signatures_.find(request.signature);
    if (signature == signatures_.end() || request.num_outputs != 1 || !request.tapes.empty()) return false;
    if (!CheckFree(request.first_output, 1).ok()) return false;
    Tensors inputs;
    for (uint64_t handle : request.inputs) {
      const auto release = release_of(handle);
      if (release != released.end() && release->before <= chain.size()) return false;  // it names nothing any more
      const RunRequest* producer = std::find_if(requests.begin(), requests.begin() + chain.size(),
                                                [&](const RunRequest& r) { return r.first_output == handle; });
      const TensorRef* tensor = producer != requests.begin() + chain.size()
                                    ? &chain.output(static_cast<size_t>(producer - requests.begin()))
                                    : handles_.Find(handle);
      if (tensor == nullptr) return false;
      inputs.push_back(*tensor);
    }
    return chain.Add(*signature->second, std::move(inputs));
  };
  for (const RunRequest& request : requests) {
    const bool taken = std::any_of(requests.begin(), requests.begin() + chain.size(), [&](const RunRequest& earlier) {
      return earlier.first_output == request.first_output;
    });
    if (taken || !add(request)) break;
  }
  if (chain.size() < 2) return 0;
  absl::InlinedVector<bool, Chain::kMaxOps> keep;
  for (size_t i = 0; i < chain.size(); ++i) {
    // What is released may still be read by an op that did not become part of the chain.
    const uint64_t handle = requests[i].first_output;
    const bool read_later = std::any_of(requests.begin() + chain.size(), requests.end(), [&](const RunRequest& later) {
      return std::find(later.inputs.begin(), later.inputs.end(), handle) != later.inputs.end();
    });
    keep.push_back(read_later || release_of(handle) == released.end());
  }
  if (std::find(keep.begin(), keep.end(), false) == keep.end()) return 0;  // nothing to be saved
  if (!CheckRoom(chain.size()).ok()) return 0;
  Tensors outputs;
  Recorder* const recorder = Recorder::Current();
  const int64_t start = recorder == nullptr ? 0 : recorder->Now();
  const auto began = std::chrono::steady_clock::now();
  try {
    if (!chain.Run(keep, outputs).ok()) return 0;
  } catch (const std::bad_alloc&) {
    return 0;  // op by op, the one that it is too much for can say so
  }
  const auto took = static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count());
  if (recorder != nullptr) {
    absl::InlinedVector<const Signature*, Chain::kMaxOps> ops;
    for (size_t i = 0; i < chain.size(); ++i) ops.push_back(signatures_.at(requests[i].signature).get());
    recorder->AddChain(start, ops, chain.output(0)->spec());
  }
  for (size_t i = 0; i < chain.size(); ++i) {
    Signature& signature = *signatures_.at(requests[i].signature);
    if (signature.tally().RanFor(took / chain.size())) CountingScope::Counted(signature);  // its ops share its time alike
  }
  stats_.ops.store(stats_.ops.load(std::memory_order_relaxed) + chain.size(), std::memory_order_relaxed);
  for (size_t i = 0; i < chain.size(); ++i) {
    if (keep[i]) Put(requests[i].first_output, std::move(outputs[i]));
  }
  return chain.size();
}

}  // namespace eager::server
