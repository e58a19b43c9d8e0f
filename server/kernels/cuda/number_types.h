// Which C++ type a kernel loads the elements of a dtype as: integers unsigned, so that one kernel serves both signs.
#pragma once

#include "absl/status/status.h"
#include "common/dtype.h"

namespace eager::server::cuda {

inline constexpr DTypeSet kNumbers = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16,
                                      DType::kInt8,    DType::kInt16,   DType::kInt32,   DType::kInt64,
                                      DType::kUint8,   DType::kUint16,  DType::kUint32,  DType::kUint64};

inline bool IsSignedInteger(DType d) {
  return d == DType::kInt8 || d == DType::kInt16 || d == DType::kInt32 || d == DType::kInt64;
}

// Calls body.template operator()<T>() for the T that elements of a number or bool are loaded as, integers unsigned.
template <class Body>
absl::Status WithNumber(DType dtype, Body body) {
  switch (dtype) {
    case DType::kFloat32:
      return body.template operator()<float>();
    case DType::kFloat64:
      return body.template operator()<double>();
    case DType::kFloat16:
      return body.template operator()<Float16>();
    case DType::kBFloat16:
      return body.template operator()<BFloat16>();
    default:
      break;
  }
  switch (SizeOf(dtype)) {
    case 1:
      return body.template operator()<uint8_t>();
    case 2:
      return body.template operator()<uint16_t>();
    case 4:
      return body.template operator()<uint32_t>();
    default:
      return body.template operator()<uint64_t>();
  }
}

}  // namespace eager::server::cuda
