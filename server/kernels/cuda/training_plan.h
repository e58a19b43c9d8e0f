// How an optimizer's step is cut into vectors: arithmetic without CUDA.
#pragma once

#include <algorithm>
#include <cstdint>

namespace eager::server::cuda {

// Elements that a thread takes at a time: up to 16 bytes of each tensor, and no more elements than registers hold well.
template <class T>
inline constexpr int kStepVector = std::min<int>(16 / sizeof(T), 4);

// What a step's kernel is given; device addresses.
template <class T, int kVariables, int kScalars>
struct StepArgs {
  const T* from[kVariables];  // may be `to`
  T* to[kVariables];
  const T* grad;
  const T* scalars[kScalars];
  bool flag;

  // How many of the n elements lie in whole vectors that every tensor aligns.
  int64_t Vectors(int64_t n) const {
    constexpr uintptr_t kBytes = sizeof(T) * kStepVector<T>;
    uintptr_t bits = reinterpret_cast<uintptr_t>(grad);
    for (int i = 0; i < kVariables; ++i)
      bits |= reinterpret_cast<uintptr_t>(from[i]) | reinterpret_cast<uintptr_t>(to[i]);
    return bits % kBytes == 0 ? n / kStepVector<T> : 0;
  }
};

}  // namespace eager::server::cuda
