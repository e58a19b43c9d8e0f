// How many elements a thread computes at a time, by how much code a functor is.
#pragma once

#include "server/kernels/activation_fns.h"
#include "server/kernels/elementwise_fns.h"
#include "server/kernels/special_fns.h"
#include "server/kernels/transcendental_fns.h"

namespace eager::server::cuda {

// As many as 16 bytes hold: functors of a few instructions, which memory holds up.
inline constexpr int kLight = 16;
// Each has a copy of the code in the kernel, which should not outgrow the cache of instructions.
inline constexpr int kHeavy = 4;
// Loops of which nobody knows the length: one thread should not run several behind each other.
inline constexpr int kUnbounded = 1;

template <class F>
inline constexpr int kAtOnce = kLight;

template <> inline constexpr int kAtOnce<Expm1Fn> = kHeavy;
template <> inline constexpr int kAtOnce<LogFn> = kHeavy;
template <> inline constexpr int kAtOnce<Log1pFn> = kHeavy;
template <> inline constexpr int kAtOnce<SoftplusFn> = kHeavy;
template <> inline constexpr int kAtOnce<SinFn> = kHeavy;
template <> inline constexpr int kAtOnce<CosFn> = kHeavy;
template <> inline constexpr int kAtOnce<TanFn> = kHeavy;
template <> inline constexpr int kAtOnce<TanhFn> = kHeavy;
template <> inline constexpr int kAtOnce<AsinFn> = kHeavy;
template <> inline constexpr int kAtOnce<AcosFn> = kHeavy;
template <> inline constexpr int kAtOnce<AtanFn> = kHeavy;
template <> inline constexpr int kAtOnce<SinhFn> = kHeavy;
template <> inline constexpr int kAtOnce<CoshFn> = kHeavy;
template <> inline constexpr int kAtOnce<AsinhFn> = kHeavy;
template <> inline constexpr int kAtOnce<AcoshFn> = kHeavy;
template <> inline constexpr int kAtOnce<AtanhFn> = kHeavy;
template <> inline constexpr int kAtOnce<ErfFn> = kHeavy;
template <> inline constexpr int kAtOnce<ErfcFn> = kHeavy;
template <> inline constexpr int kAtOnce<XlogyFn> = kHeavy;
template <> inline constexpr int kAtOnce<Atan2Fn> = kHeavy;
template <> inline constexpr int kAtOnce<PowFn> = kHeavy;
template <> inline constexpr int kAtOnce<DivFn> = kHeavy;
template <> inline constexpr int kAtOnce<TruncateDivFn> = kHeavy;
template <> inline constexpr int kAtOnce<FloorDivFn> = kHeavy;
template <> inline constexpr int kAtOnce<FloorModFn> = kHeavy;
template <> inline constexpr int kAtOnce<TruncateModFn> = kHeavy;
template <> inline constexpr int kAtOnce<LgammaFn> = kUnbounded;
template <> inline constexpr int kAtOnce<DigammaFn> = kUnbounded;
template <> inline constexpr int kAtOnce<PolygammaFn> = kUnbounded;
template <> inline constexpr int kAtOnce<ZetaFn> = kUnbounded;

}  // namespace eager::server::cuda
