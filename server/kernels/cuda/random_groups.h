// What one thread of a random fill does: the numbers of one group (random_fns.h), from a place that the host knows or
// that lies in a device's memory. Runs on the host too.
#pragma once

#include "server/kernels/random_fns.h"

namespace eager::server::cuda {

// Where a fill's numbers start.
struct PhiloxSource {
  enum class Kind : uint8_t { kPlace, kSeeds32, kSeeds64, kKeyAndCounter };

  Kind kind = Kind::kPlace;
  bool has_high = false;        // a counter may be one word short
  Philox place;                 // kPlace
  const void* first = nullptr;  // seeds, or the key
  const uint64_t* counter = nullptr;

  static PhiloxSource At(const Philox& place) {
    PhiloxSource source;
    source.place = place;
    return source;
  }
  // Two int32_t or int64_t.
  static PhiloxSource BySeeds(const void* seeds, bool wide) {
    PhiloxSource source;
    source.kind = wide ? Kind::kSeeds64 : Kind::kSeeds32;
    source.first = seeds;
    return source;
  }
  static PhiloxSource ByKeyAndCounter(const uint64_t* key, const uint64_t* counter, int64_t counter_words) {
    PhiloxSource source;
    source.kind = Kind::kKeyAndCounter;
    source.has_high = counter_words > 1;
    source.first = key;
    source.counter = counter;
    return source;
  }

  // Reads what lies in memory, so where that is.
  EAGER_HOST_DEVICE Philox Start() const {
    switch (kind) {
      case Kind::kSeeds32: {
        const int32_t* seeds = static_cast<const int32_t*>(first);
        return Philox::FromStatelessSeeds(static_cast<uint64_t>(int64_t{seeds[0]}),
                                          static_cast<uint64_t>(int64_t{seeds[1]}));
      }
      case Kind::kSeeds64: {
        const int64_t* seeds = static_cast<const int64_t*>(first);
        return Philox::FromStatelessSeeds(static_cast<uint64_t>(seeds[0]), static_cast<uint64_t>(seeds[1]));
      }
      case Kind::kKeyAndCounter:
        return Philox(*static_cast<const uint64_t*>(first), counter[0], has_high ? counter[1] : 0);
      default:
        return place;
    }
  }
};

// Distributions: numbers of type Number for group `group` behind `from`. T is the dtype that they become.

template <class T>
struct UniformGroup {
  using Number = MadeAs<T>;
  EAGER_HOST_DEVICE void operator()(const Philox& from, int64_t group, Number* out) const {
    const Philox::Block words = from.At(static_cast<uint64_t>(group)).Next();
    for (int i = 0; i < kGroupOf<T>; ++i) out[i] = UniformAt<T>(words.data(), i);
  }
};

// T is an unsigned integer type.
template <class T>
struct BitsGroup {
  using Number = T;
  EAGER_HOST_DEVICE void operator()(const Philox& from, int64_t group, Number* out) const {
    const Philox::Block words = from.At(static_cast<uint64_t>(group)).Next();
    for (int i = 0; i < kGroupOf<T>; ++i) out[i] = BitsAt<T>(words.data(), i);
  }
};

// [base, base + range), modulo 2^n; `range` is not 0. T is an unsigned integer type.
template <class T>
struct RangeGroup {
  using Number = T;
  T base, range;
  EAGER_HOST_DEVICE void operator()(const Philox& from, int64_t group, Number* out) const {
    const Philox::Block words = from.At(static_cast<uint64_t>(group)).Next();
    for (int i = 0; i < kGroupOf<T>; ++i) out[i] = base + BitsAt<T>(words.data(), i) % range;
  }
};

template <class T>
EAGER_HOST_DEVICE void NormalsOfBlock(const Philox::Block& words, MadeAs<T>* out) {
  constexpr int kWordsOfPair = sizeof(T) == 8 ? 4 : 2;
  for (int pair = 0; pair < kGroupOf<T> / 2; ++pair)
    box_muller::Pair(words.data() + pair * kWordsOfPair, out + 2 * pair);
}

template <class T>
struct NormalGroup {
  using Number = MadeAs<T>;
  EAGER_HOST_DEVICE void operator()(const Philox& from, int64_t group, Number* out) const {
    NormalsOfBlock<T>(from.At(static_cast<uint64_t>(group)).Next(), out);
  }
};

template <class T>
struct TruncatedNormalGroup {
  using Number = MadeAs<T>;
  EAGER_HOST_DEVICE void operator()(const Philox& from, int64_t group, Number* out) const {
    constexpr int kGroup = kGroupOf<T>;
    constexpr uint64_t kStride = kGroup * kTruncatedBlocksPerNumber;
    Philox next = from.At(static_cast<uint64_t>(group) * kStride);
    for (int found = 0; found < kGroup;) {
      Number drawn[kGroup];
      NormalsOfBlock<T>(next.Next(), drawn);
      for (int i = 0; i < kGroup; ++i) {
        if (!(std::fabs(drawn[i]) < Number(2)) || found == kGroup) continue;
        for (int j = 0; j < kGroup; ++j) {  // not out[found]: registers have no index
          if (j == found) out[j] = drawn[i];
        }
        ++found;
      }
    }
  }
};

// Groups that a thread makes before the grid takes another step: what it reads to start with should not show.
inline int GroupsPerThread(int64_t groups) { return groups < (int64_t{1} << 18) ? 1 : 4; }

}  // namespace eager::server::cuda
