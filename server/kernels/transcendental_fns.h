// Inverse and hyperbolic functions and the error function: elementwise_fns.h continued. A functor here names its op, and the
// list at the end is all that a device needs to know of it.
#pragma once

#include <cmath>

#include "absl/strings/string_view.h"
#include "server/kernels/elementwise_fns.h"

namespace eager::server {

// A list of functors of one input.
template <class... Functors>
struct Fns {};

struct AsinFn {
  static constexpr absl::string_view kName = "Asin";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::asin(x);
  }
};

struct AcosFn {
  static constexpr absl::string_view kName = "Acos";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::acos(x);
  }
};

struct AtanFn {
  static constexpr absl::string_view kName = "Atan";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::atan(x);
  }
};

struct SinhFn {
  static constexpr absl::string_view kName = "Sinh";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::sinh(x);
  }
};

struct CoshFn {
  static constexpr absl::string_view kName = "Cosh";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::cosh(x);
  }
};

struct AsinhFn {
  static constexpr absl::string_view kName = "Asinh";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::asinh(x);
  }
};

struct AcoshFn {
  static constexpr absl::string_view kName = "Acosh";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::acosh(x);
  }
};

struct AtanhFn {
  static constexpr absl::string_view kName = "Atanh";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::atanh(x);
  }
};

struct ErfFn {
  static constexpr absl::string_view kName = "Erf";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::erf(x);
  }
};

struct ErfcFn {
  static constexpr absl::string_view kName = "Erfc";
  template <class T>
  EAGER_HOST_DEVICE T operator()(T x) const {
    return std::erfc(x);
  }
};

// What every device makes kernels of, for all floating dtypes.
using TranscendentalFns =
    Fns<AsinFn, AcosFn, AtanFn, SinhFn, CoshFn, AsinhFn, AcoshFn, AtanhFn, ErfFn, ErfcFn>;

}  // namespace eager::server
