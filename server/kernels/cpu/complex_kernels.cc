// Kernels of common/ops/complex_ops.cc, and arithmetic with complex numbers.
#include <cmath>
#include <complex>

#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/elementwise_loops.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {
namespace {

struct MakeComplexFn {
  template <class T>
  std::complex<T> operator()(T re, T im) const {
    return {re, im};
  }
};
struct RealFn {
  template <class T>
  T operator()(std::complex<T> x) const {
    return x.real();
  }
};
struct ImagFn {
  template <class T>
  T operator()(std::complex<T> x) const {
    return x.imag();
  }
};
struct ComplexAbsFn {
  template <class T>
  T operator()(std::complex<T> x) const {
    return std::abs(x);
  }
};
struct AngleFn {
  template <class T>
  T operator()(std::complex<T> x) const {
    return std::arg(x);
  }
};
struct ComplexDivFn {
  template <class T>
  T operator()(T x, T y) const {
    return x / y;
  }
};
struct ComplexDivNoNanFn {
  template <class T>
  T operator()(T x, T y) const {
    return y == T(0) ? T(0) : x / y;
  }
};
struct ConjFn {
  template <class T>
  T operator()(T x) const {
    return std::conj(x);
  }
};
// log(1 + y) without the loss of a small y beside 1.
struct ComplexXlog1pyFn {
  template <class T>
  T operator()(T x, T y) const {
    const auto re = y.real(), im = y.imag();
    return x == T(0) ? T(0) : x * T(std::log1p(re * (2 + re) + im * im) / 2, std::atan2(im, 1 + re));
  }
};
struct ComplexExpFn {
  template <class T>
  T operator()(T x) const {
    return std::exp(x);
  }
};
struct ComplexReciprocalFn {
  template <class T>
  T operator()(T x) const {
    return T(1) / x;
  }
};

// What is not written over an input: the results are smaller or larger.
template <class F, class C>
void AddPart(std::vector<KernelRow>& rows, absl::string_view op, DTypeSet dtypes) {
  rows.push_back({op, dtypes, &UnaryKernel<F, C>});
}

template <class T>
void AddComplex(std::vector<KernelRow>& rows) {
  using C = std::complex<T>;
  constexpr DTypeSet kComplex = {sizeof(T) == 4 ? DType::kComplex64 : DType::kComplex128};
  rows.push_back({"Complex", {DTypeOf<T>}, &BinaryKernel<MakeComplexFn, T>});
  AddPart<RealFn, C>(rows, "Real", kComplex);
  AddPart<ImagFn, C>(rows, "Imag", kComplex);
  AddPart<ComplexAbsFn, C>(rows, "ComplexAbs", kComplex);
  AddPart<AngleFn, C>(rows, "Angle", kComplex);
  rows.push_back(BinaryRow<SubFn, C>("Sub", kComplex));
  rows.push_back(BinaryRow<MulFn, C>("Mul", kComplex));
  rows.push_back(BinaryRow<ComplexDivFn, C>("RealDiv", kComplex));
  rows.push_back(BinaryRow<ComplexDivNoNanFn, C>("DivNoNan", kComplex));
  rows.push_back(BinaryRow<ComplexXlog1pyFn, C>("Xlog1py", kComplex));
  rows.push_back(UnaryRow<ConjFn, C>("Conj", kComplex));
  rows.push_back(UnaryRow<NegFn, C>("Neg", kComplex));
  rows.push_back(UnaryRow<SquareFn, C>("Square", kComplex));
  rows.push_back(UnaryRow<SqrtFn, C>("Sqrt", kComplex));
  rows.push_back(UnaryRow<ComplexExpFn, C>("Exp", kComplex));
  rows.push_back(UnaryRow<ComplexReciprocalFn, C>("Reciprocal", kComplex));
}

}  // namespace

std::vector<KernelRow> CpuComplexKernels() {
  std::vector<KernelRow> rows;
  AddComplex<float>(rows);
  AddComplex<double>(rows);
  return rows;
}

}  // namespace eager::server
