// What a tensor is, without its values.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "common/dtype.h"
#include "common/shape.h"

namespace eager {

struct TensorSpec {
  DType dtype = DType::kInvalid;
  Shape shape;

  // "float32[2,3]"
  std::string ToString() const { return absl::StrCat(Name(dtype), shape.ToString()); }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace eager
