// Outputs of strings that are not those of an input.
#pragma once

#include <string>
#include <vector>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/string_moves.h"

namespace eager::server {

// Makes output `o` of strings, element i being text_of(i), which is called once, from any thread.
// RESOURCE_EXHAUSTED where they do not fit into the device's memory.
template <class F>
absl::Status SetComputedStrings(KernelContext& k, int o, F text_of) {
  constexpr int64_t kGrain = 512;
  const int64_t n = k.output(o).num_elements();
  std::vector<std::string> texts(static_cast<size_t>(n));
  ParallelFor(n, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) texts[static_cast<size_t>(i)] = text_of(i);
  });
  return SetStrings(k, o, [&](int64_t i) { return absl::string_view(texts[static_cast<size_t>(i)]); });
}

}  // namespace eager::server
