// From a dtype at run time to the C++ type of its elements.
#pragma once

#include "common/dtype.h"

namespace eager {

// Calls f.operator()<T>() for the type T that holds a number or bool of that dtype, e.g. float for kFloat32; other() for
// a dtype that has no such type here: strings, complex numbers, handles.
template <class F, class Other>
auto VisitDType(DType dtype, F f, Other other) -> decltype(f.template operator()<float>()) {
  switch (dtype) {
    case DType::kFloat32: return f.template operator()<float>();
    case DType::kFloat64: return f.template operator()<double>();
    case DType::kFloat16: return f.template operator()<Float16>();
    case DType::kBFloat16: return f.template operator()<BFloat16>();
    case DType::kInt8: return f.template operator()<int8_t>();
    case DType::kInt16: return f.template operator()<int16_t>();
    case DType::kInt32: return f.template operator()<int32_t>();
    case DType::kInt64: return f.template operator()<int64_t>();
    case DType::kUint8: return f.template operator()<uint8_t>();
    case DType::kUint16: return f.template operator()<uint16_t>();
    case DType::kUint32: return f.template operator()<uint32_t>();
    case DType::kUint64: return f.template operator()<uint64_t>();
    case DType::kBool: return f.template operator()<bool>();
    default: return other();
  }
}

}  // namespace eager
