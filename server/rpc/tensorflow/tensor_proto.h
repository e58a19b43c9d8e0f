// Between TensorFlow's TensorProto and tensors.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include "absl/status/statusor.h"
#include "server/exec/placement.h"
#include "tensorflow/tensor.pb.h"

namespace eager::server::tf {

// INVALID_ARGUMENT for extents that are unknown, negative or too many.
absl::StatusOr<Shape> ShapeFromProto(const ::tensorflow::TensorShapeProto& proto);
void ShapeToProto(const Shape& shape, ::tensorflow::TensorShapeProto* proto);

// A tensor of a proto's values, where they belong at that place (PlaceValue). A typed list that is shorter than the tensor repeats its last value;
// without any value all are 0. INVALID_ARGUMENT for a dtype that has no values, a shape that is not known, and values that do not fill it.
absl::StatusOr<TensorRef> TensorFromProto(const ::tensorflow::TensorProto& proto, const Place& place);

// A RecvTensorResponse with the tensor's own memory in it, which is kept until it is sent. Waits for the values.
absl::StatusOr<grpc::ByteBuffer> EncodeRecvTensor(const Tensor& tensor);
// The tensor of such an answer.
absl::StatusOr<TensorRef> DecodeRecvTensor(grpc::ByteBuffer& answer, const Place& place);

}  // namespace eager::server::tf
