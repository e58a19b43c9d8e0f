// Tensors and attributes as plain JSON has them, for people with grpcurl.
#pragma once

#include "absl/status/statusor.h"
#include "common/attr.h"
#include "common/host_tensor.h"
#include "common/ops/op_spec.h"
#include "eager/v1/service.pb.h"

namespace eager::server {

// JSON values as read, before a dtype is chosen for them.
class JsonValues {
 public:
  // INVALID_ARGUMENT for ragged nesting, mixed kinds, null, objects, or values that do not fill `shape`.
  static absl::StatusOr<JsonValues> Parse(const v1::JsonTensor& json);

  const Shape& shape() const { return shape_; }
  // The dtype that was named, or kInvalid.
  DType named_dtype() const { return dtype_; }
  // What the values look like: bool, string, int32 (int64 where one is too large) or float32.
  DType natural_dtype() const;
  // INVALID_ARGUMENT if a value does not fit the dtype: 1.5 or 300 into uint8, "x" into float32.
  absl::StatusOr<HostTensor> Convert(DType dtype) const;

 private:
  absl::Status Collect(const google::protobuf::Value& value, int depth, std::vector<int64_t>& dims);

  std::vector<google::protobuf::Value> values_;
  Shape shape_;
  DType dtype_ = DType::kInvalid;
};

// Integers beyond 2^53 and non-finite floats become strings. Values that cannot nest (too deep, or countless empty lists) stand
// flat. UNIMPLEMENTED for strings that are not UTF-8 and for dtypes that JSON has no values for.
absl::Status ToJson(const HostTensor& tensor, v1::JsonTensor* json);

// A JSON value for an attribute of the kind that the op's row declares.
absl::StatusOr<AttrValue> AttrFromJson(const OpSpec& op, absl::string_view name, const google::protobuf::Value& value);

}  // namespace eager::server
