// Random numbers as TensorFlow makes them: the n numbers of a distribution that follow from a place in Philox'
// sequence.
//
// The numbers are cut into groups of as many as one block gives, so that groups can be made in any order: large fills
// are spread over the compute threads, with the same numbers whatever their number.
#pragma once

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/philox_batch.h"
#include "server/kernels/random_fns.h"

namespace eager::server {

// Groups that are made together, and those that make a part for one thread.
inline constexpr int kGroupsPerBatch = 512;
inline constexpr int64_t kGroupsPerPart = 1 << 13;

// Calls make(first group, how many, where to write their numbers) for all groups of `n` numbers, in batches.
template <class T, class Make>
void FillBatches(int64_t n, T* out, Make make) {
  constexpr int64_t kGroup = kGroupOf<T>;
  ParallelFor((n + kGroup - 1) / kGroup, kGroupsPerPart, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; group += kGroupsPerBatch) {
      const int64_t count = std::min<int64_t>(kGroupsPerBatch, end - group);
      if ((group + count) * kGroup <= n) {
        make(group, count, out + group * kGroup);
      } else {  // the last group is not asked for as a whole
        T numbers[kGroupsPerBatch * kGroup];
        make(group, count, numbers);
        std::copy_n(numbers, n - group * kGroup, out + group * kGroup);
      }
    }
  });
}

// The same for distributions that make a group of one block: make(the blocks' words, how many blocks, where to write).
template <class T, class Make>
void FillFromBlocks(const Philox& from, int64_t n, T* out, Make make) {
  FillBatches(n, out, [&](int64_t group, int64_t count, T* to) {
    alignas(64) uint32_t words[4 * kGroupsPerBatch];
    PhiloxBlocks(from.At(static_cast<uint64_t>(group)), 1, count, words);
    make(words, count, to);
  });
}

// Equally distributed over [0, 1).
template <class T>
void FillUniform(const Philox& from, int64_t n, T* out) {
  FillFromBlocks(from, n, out, [](const uint32_t* words, int64_t blocks, T* to) {
    for (int64_t i = 0; i < blocks * kGroupOf<T>; ++i) to[i] = Narrow<T>(UniformAt<T>(words, i));
  });
}

// Equally distributed over all values of T.
template <class T>
void FillIntegers(const Philox& from, int64_t n, T* out) {
  FillFromBlocks(from, n, out, [](const uint32_t* words, int64_t blocks, T* to) {
    for (int64_t i = 0; i < blocks * kGroupOf<T>; ++i) to[i] = static_cast<T>(BitsAt<T>(words, i));
  });
}

// Equally distributed over [low, high), but for the remainder's bias; low < high.
template <class T>
void FillUniformInt(const Philox& from, T low, T high, int64_t n, T* out) {
  using U = std::make_unsigned_t<T>;
  const U base = static_cast<U>(low), range = static_cast<U>(high) - base;
  FillFromBlocks(from, n, out, [=](const uint32_t* words, int64_t blocks, T* to) {
    for (int64_t i = 0; i < blocks * kGroupOf<T>; ++i) to[i] = static_cast<T>(base + BitsAt<T>(words, i) % range);
  });
}

// Mean 0, deviation 1, from blocks that follow each other.
template <class T>
void Normals(const uint32_t* words, int64_t blocks, MadeAs<T>* to) {
  BoxMuller(words, blocks * kGroupOf<T> / 2, to);
}

template <class T>
void FillNormal(const Philox& from, int64_t n, T* out) {
  FillFromBlocks(from, n, out, [](const uint32_t* words, int64_t blocks, T* to) {
    if constexpr (std::is_same_v<T, MadeAs<T>>) {
      Normals<T>(words, blocks, to);
    } else {
      float numbers[4 * kGroupsPerBatch];
      Normals<T>(words, blocks, numbers);
      for (int64_t i = 0; i < 4 * blocks; ++i) to[i] = Narrow<T>(numbers[i]);
    }
  });
}

// The same, but what is 2 or more away from 0 is drawn again.
template <class T>
void FillTruncatedNormal(const Philox& from, int64_t n, T* out) {
  constexpr int kGroup = kGroupOf<T>;
  constexpr uint64_t kStride = kGroup * kTruncatedBlocksPerNumber;
  FillBatches(n, out, [&](int64_t first, int64_t count, T* to) {
    alignas(64) uint32_t words[4 * kGroupsPerBatch];
    MadeAs<T> drawn[kGroup * kGroupsPerBatch];
    PhiloxBlocks(from.At(static_cast<uint64_t>(first) * kStride), kStride, count, words);
    Normals<T>(words, count, drawn);
    for (int64_t g = 0; g < count; ++g, to += kGroup) {
      int found = 0;
      const auto take = [&](const MadeAs<T>* numbers) {
        for (int i = 0; i < kGroup && found < kGroup; ++i) {
          if (std::abs(numbers[i]) < 2) to[found++] = Narrow<T>(numbers[i]);
        }
      };
      take(drawn + g * kGroup);
      for (uint64_t block = 1; found < kGroup; ++block) {
        const Philox::Block more = from.At(static_cast<uint64_t>(first + g) * kStride + block).Next();
        MadeAs<T> again[kGroup];
        Normals<T>(more.data(), 1, again);
        take(again);
      }
    }
  });
}

}  // namespace eager::server
