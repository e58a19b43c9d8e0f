// Loops over floats whose products and sums are fused wherever the processor can.
//
// A function's body is written against an arithmetic, Fused or Separate, as its template argument. On a processor with
// fused multiply-adds (any x86-64 since 2013, any 64-bit Arm) results are the same whatever else it has; on older ones
// they may differ in the last places, within what vector_math.h promises.
#pragma once

#include <cstdint>

namespace eager::server {

#define EAGER_INLINE [[gnu::always_inline]] inline  // to be compiled for the processor of its caller

// a * b + c in one rounding.
struct Fused {
  EAGER_INLINE static float MulAdd(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
};
// In two.
struct Separate {
  EAGER_INLINE static float MulAdd(float a, float b, float c) { return a * b + c; }
};

// f.At<Arithmetic>(x[i]) for n elements; `out` may be `x`.
template <class A, class F>
EAGER_INLINE void FloatLoop(const F& f, const float* x, float* out, int64_t n) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = f.template At<A>(x[i]);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

// As in wide_loop.h, but chosen at each call: the versions differ in more than instructions.
template <class F>
[[gnu::target("arch=x86-64-v4")]] void FloatLoopV4(const F& f, const float* x, float* out, int64_t n) {
  FloatLoop<Fused>(f, x, out, n);
}
template <class F>
[[gnu::target("arch=x86-64-v3")]] void FloatLoopV3(const F& f, const float* x, float* out, int64_t n) {
  FloatLoop<Fused>(f, x, out, n);
}
inline int VectorLevel() {
  static const int level = __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 2;
  return level;
}
template <class F>
void RunFloatLoop(const F& f, const float* x, float* out, int64_t n) {
  const int level = VectorLevel();
  if (level == 4) return FloatLoopV4(f, x, out, n);
  if (level == 3) return FloatLoopV3(f, x, out, n);
  FloatLoop<Separate>(f, x, out, n);
}
// For functions that have no other way: false, and nothing is done, where the processor cannot fuse.
template <class F>
bool RunFusedLoop(const F& f, const float* x, float* out, int64_t n) {
  const int level = VectorLevel();
  if (level < 3) return false;
  level == 4 ? FloatLoopV4(f, x, out, n) : FloatLoopV3(f, x, out, n);
  return true;
}

#else

template <class F>
void RunFloatLoop(const F& f, const float* x, float* out, int64_t n) {
#if defined(__FP_FAST_FMAF)
  FloatLoop<Fused>(f, x, out, n);
#else
  FloatLoop<Separate>(f, x, out, n);
#endif
}
template <class F>
bool RunFusedLoop([[maybe_unused]] const F& f, [[maybe_unused]] const float* x, [[maybe_unused]] float* out,
                  [[maybe_unused]] int64_t n) {
#if defined(__FP_FAST_FMAF)
  FloatLoop<Fused>(f, x, out, n);
  return true;
#else
  return false;
#endif
}

#endif

}  // namespace eager::server
