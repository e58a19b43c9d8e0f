#include "server/kernels/cpu/cast.h"

#include <cstring>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cast_fns.h"
#include "server/kernels/cpu/broadcast.h"
#include "server/kernels/cpu/element.h"

namespace eager::server {
namespace {

using Loop = void (*)(const void* in, void* out, int64_t n);

template <class From, class To>
void CastLoop(const void* in, void* out, int64_t n) {
  const From* x = static_cast<const From*>(in);
  To* y = static_cast<To*>(out);
  for (int64_t i = 0; i < n; ++i) y[i] = CastNumber<To>(x[i]);
}

// Doubles cut to the digits that a float has.
void TruncateToFloat(const void* in, void* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    static_cast<float*>(out)[i] = static_cast<float>(CutToFloat(static_cast<const double*>(in)[i]));
  }
}

template <class T>
void CopyLoop(const void* in, void* out, int64_t n) {
  std::memcpy(out, in, n * sizeof(T));
}

// Between types that are not half precision. Integers of one size have the same bits whatever their sign.
template <class From>
Loop LoopTo(DType to) {
  constexpr bool kFromFloat = std::is_floating_point_v<From>;
  switch (to) {
    case DType::kFloat32:
      return &CastLoop<From, float>;
    case DType::kFloat64:
      return &CastLoop<From, double>;
    case DType::kBool:
      return &CastLoop<From, bool>;
    case DType::kInt8:
    case DType::kUint8:
      return &CastLoop<From, uint8_t>;
    case DType::kInt16:
    case DType::kUint16:
      return &CastLoop<From, uint16_t>;
    case DType::kInt32:
      return &CastLoop<From, std::conditional_t<kFromFloat, int32_t, uint32_t>>;
    case DType::kUint32:
      return &CastLoop<From, uint32_t>;
    case DType::kInt64:
      return &CastLoop<From, std::conditional_t<kFromFloat, int64_t, uint64_t>>;
    case DType::kUint64:
      return &CastLoop<From, uint64_t>;
    default:
      return nullptr;
  }
}

Loop FindLoop(DType from, DType to) {
  switch (from) {
    case DType::kFloat32:
      return to == from ? &CopyLoop<float> : LoopTo<float>(to);
    case DType::kFloat64:
      return LoopTo<double>(to);
    case DType::kBool:
    case DType::kUint8:
      return LoopTo<uint8_t>(to);
    case DType::kInt8:
      return LoopTo<int8_t>(to);
    case DType::kUint16:
      return LoopTo<uint16_t>(to);
    case DType::kInt16:
      return LoopTo<int16_t>(to);
    case DType::kUint32:
      return LoopTo<uint32_t>(to);
    case DType::kInt32:
      return LoopTo<int32_t>(to);
    case DType::kUint64:
      return LoopTo<uint64_t>(to);
    case DType::kInt64:
      return LoopTo<int64_t>(to);
    default:
      return nullptr;
  }
}

template <class H>
void LoadLoop(const void* in, void* out, int64_t n) {
  LoadHalves(static_cast<const H*>(in), static_cast<float*>(out), n);
}
template <class H>
void StoreLoop(const void* in, void* out, int64_t n) {
  StoreHalves(static_cast<const float*>(in), static_cast<H*>(out), n);
}
// Cuts the digits that H does not have: what is left is stored without rounding.
template <class H>
void TruncatingStoreLoop(const void* in, void* out, int64_t n) {
  constexpr int kCut = std::is_same_v<H, BFloat16> ? 16 : 13;
  for (int64_t i = 0; i < n; ++i) {
    StoreHalf(CutDigits<kCut>(static_cast<const float*>(in)[i]), static_cast<H*>(out)[i]);
  }
}

// Complex numbers are pairs: cast to others part by part, from anything else with an imaginary part of 0, to anything
// else without theirs.
template <class T>
void RealPartLoop(const void* in, void* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) static_cast<T*>(out)[i] = static_cast<const T*>(in)[2 * i];
}
template <class T>
void WithoutImaginaryLoop(const void* in, void* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    static_cast<T*>(out)[2 * i] = static_cast<const T*>(in)[i];
    static_cast<T*>(out)[2 * i + 1] = 0;
  }
}
template <Loop kPart>
void PartsLoop(const void* in, void* out, int64_t n) {
  kPart(in, out, 2 * n);
}

Loop FindComplexLoop(DType from, DType to, bool truncate) {
  if (from == to) return from == DType::kComplex64 ? &PartsLoop<&CopyLoop<float>> : &PartsLoop<&CopyLoop<double>>;
  if (from == DType::kComplex64) return &PartsLoop<&CastLoop<float, double>>;
  return truncate ? &PartsLoop<&TruncateToFloat> : &PartsLoop<&CastLoop<double, float>>;
}

bool IsHalf(DType d) { return d == DType::kFloat16 || d == DType::kBFloat16; }

// What elements of a dtype go through on their way to others.
DType CoreType(DType d) {
  if (d == DType::kComplex128) return DType::kFloat64;
  return IsHalf(d) || d == DType::kComplex64 ? DType::kFloat32 : d;
}

// Null for a dtype that needs no step of its own before, or behind, the core.
Loop FindLoad(DType from) {
  switch (from) {
    case DType::kFloat16:
      return &LoadLoop<Float16>;
    case DType::kBFloat16:
      return &LoadLoop<BFloat16>;
    case DType::kComplex64:
      return &RealPartLoop<float>;
    case DType::kComplex128:
      return &RealPartLoop<double>;
    default:
      return nullptr;
  }
}
Loop FindStore(DType to, bool truncate) {
  switch (to) {
    case DType::kFloat16:
      return truncate ? &TruncatingStoreLoop<Float16> : &StoreLoop<Float16>;
    case DType::kBFloat16:
      return truncate ? &TruncatingStoreLoop<BFloat16> : &StoreLoop<BFloat16>;
    case DType::kComplex64:
      return &WithoutImaginaryLoop<float>;
    case DType::kComplex128:
      return &WithoutImaginaryLoop<double>;
    default:
      return nullptr;
  }
}

// A cast in up to three steps: half precision and complex numbers go through float or double. Steps that are not
// needed are null.
struct CastPlan {
  Loop load = nullptr;
  Loop core = nullptr;  // null: there is no such cast
  Loop store = nullptr;
};

CastPlan MakePlan(DType from, DType to, bool truncate) {
  if (from == to && IsHalf(from)) return {.core = &CopyLoop<uint16_t>};
  if (IsComplex(from) && IsComplex(to)) return {.core = FindComplexLoop(from, to, truncate)};
  const DType core_from = CoreType(from), core_to = CoreType(to);
  const bool truncate_double = truncate && core_from == DType::kFloat64 && core_to == DType::kFloat32;
  return {.load = FindLoad(from),
          .core = truncate_double ? &TruncateToFloat : FindLoop(core_from, core_to),
          .store = FindStore(to, truncate && from != DType::kComplex64)};  // which TensorFlow rounds all the same
}

void RunPlan(const CastPlan& plan, const char* in, size_t in_size, char* out, size_t out_size, int64_t total) {
  if (plan.load == nullptr && plan.store == nullptr) return plan.core(in, out, total);
  constexpr size_t kBytes = kHalfChunk * sizeof(double);  // of the larger type that elements go through
  alignas(double) char loaded[kBytes], results[kBytes];
  ForHalfChunks(total, [&](int64_t at, int64_t n) {
    const void* x = in + at * in_size;
    void* y = out + at * out_size;
    if (plan.load != nullptr) {
      plan.load(x, loaded, n);
      x = loaded;
    }
    plan.core(x, plan.store != nullptr ? results : y, n);
    if (plan.store != nullptr) plan.store(results, y, n);
  });
}

}  // namespace

DTypeSet CastDTypes() {
  return {DType::kFloat32, DType::kFloat64,   DType::kFloat16,    DType::kBFloat16, DType::kInt8,   DType::kInt16,
          DType::kInt32,   DType::kInt64,     DType::kUint8,      DType::kUint16,   DType::kUint32, DType::kUint64,
          DType::kBool,    DType::kComplex64, DType::kComplex128, DType::kString};
}

absl::Status CastKernel(KernelContext& k) {
  const Tensor& x = k.input(0);
  const Tensor& y = k.output(0);
  if (x.dtype() == DType::kString && y.dtype() == DType::kString) {
    k.set_output(0, MakeRef<Tensor>(x.spec(), x.buffer(), x.offset()));
    return absl::OkStatus();
  }
  const CastPlan plan = MakePlan(x.dtype(), y.dtype(), k.attr<bool>("Truncate"));
  if (plan.core == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("Cast ", OpDefName(x.dtype()), " to ", OpDefName(y.dtype()), " is not supported"));
  }
  const char* in = x.data<char>();
  char* out = y.mutable_data<char>();
  const size_t in_size = SizeOf(x.dtype()), out_size = SizeOf(y.dtype());
  ParallelFor(x.num_elements(), kElementwiseGrain, [&](int64_t begin, int64_t end) {
    RunPlan(plan, in + begin * in_size, in_size, out + begin * out_size, out_size, end - begin);
  });
  return absl::OkStatus();
}

}  // namespace eager::server
