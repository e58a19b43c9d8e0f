#include "server/rpc/tensorflow/tensor_proto.h"

#include <grpcpp/support/proto_buffer_reader.h>

#include <complex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/exec/executor.h"
#include "tensorflow/worker.pb.h"

namespace eager::server::tf {
namespace {

using ::tensorflow::TensorProto;
using google::protobuf::io::CodedOutputStream;

absl::Status TooMany(int64_t elements, int64_t values) {
  return absl::InvalidArgumentError(absl::StrCat("Unable to parse tensor proto: ", values, " values for ", elements, " elements"));
}

// Writes n elements of T from a list that may be shorter.
template <class T, class List>
absl::Status FillFrom(const List& list, int64_t n, void* out) {
  if (list.size() > n) return TooMany(n, list.size());
  T* to = static_cast<T*>(out);
  T last{};
  for (int64_t i = 0; i < n; ++i) {
    if (i < list.size()) last = static_cast<T>(list.Get(static_cast<int>(i)));
    to[i] = last;
  }
  return absl::OkStatus();
}

// The same of pairs.
template <class T, class List>
absl::Status FillComplex(const List& list, int64_t n, void* out) {
  if (list.size() % 2 != 0 || list.size() / 2 > n) return TooMany(n, list.size() / 2);
  auto* to = static_cast<std::complex<T>*>(out);
  std::complex<T> last{};
  for (int64_t i = 0; i < n; ++i) {
    if (2 * i < list.size()) last = {list.Get(static_cast<int>(2 * i)), list.Get(static_cast<int>(2 * i + 1))};
    to[i] = last;
  }
  return absl::OkStatus();
}

absl::Status FillTyped(const TensorProto& proto, DType dtype, int64_t n, void* out) {
  switch (dtype) {
    case DType::kFloat32:
      return FillFrom<float>(proto.float_val(), n, out);
    case DType::kFloat64:
      return FillFrom<double>(proto.double_val(), n, out);
    case DType::kInt32:
      return FillFrom<int32_t>(proto.int_val(), n, out);
    case DType::kInt16:
    case DType::kUint16:
      return FillFrom<uint16_t>(proto.int_val(), n, out);
    case DType::kInt8:
    case DType::kUint8:
      return FillFrom<uint8_t>(proto.int_val(), n, out);
    case DType::kInt64:
      return FillFrom<int64_t>(proto.int64_val(), n, out);
    case DType::kUint32:
      return FillFrom<uint32_t>(proto.uint32_val(), n, out);
    case DType::kUint64:
      return FillFrom<uint64_t>(proto.uint64_val(), n, out);
    case DType::kBool:
      return FillFrom<bool>(proto.bool_val(), n, out);
    case DType::kFloat16:
    case DType::kBFloat16:
      return FillFrom<uint16_t>(proto.half_val(), n, out);
    case DType::kComplex64:
      return FillComplex<float>(proto.scomplex_val(), n, out);
    case DType::kComplex128:
      return FillComplex<double>(proto.dcomplex_val(), n, out);
    default:
      return absl::InvalidArgumentError("Unable to parse tensor proto: its dtype has no values");
  }
}

// All lengths as varints, then all bytes.
absl::StatusOr<std::vector<std::string>> SplitStrings(const std::string& content, int64_t n) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(content.data()), static_cast<int>(content.size()));
  const auto wrong = [] { return absl::InvalidArgumentError("Unable to parse tensor proto: its bytes are no strings"); };
  if (static_cast<uint64_t>(n) > content.size()) return wrong();
  std::vector<uint64_t> lengths(static_cast<size_t>(n));
  uint64_t left = content.size();
  for (uint64_t& length : lengths) {
    if (!in.ReadVarint64(&length) || length > left) return wrong();
    left -= length;
  }
  size_t at = static_cast<size_t>(in.CurrentPosition());
  std::vector<std::string> strings;
  for (uint64_t length : lengths) {
    if (length > content.size() - at) return wrong();
    strings.push_back(content.substr(at, length));
    at += length;
  }
  if (at != content.size()) return wrong();
  return strings;
}

absl::StatusOr<TensorRef> StringsFromProto(const TensorProto& proto, const Shape& shape, const Place& place) {
  const int64_t n = shape.num_elements();
  std::vector<std::string> strings;
  if (!proto.tensor_content().empty()) {
    ASSIGN_OR_RETURN(strings, SplitStrings(proto.tensor_content(), n));
  } else {
    if (proto.string_val_size() > n) return TooMany(n, proto.string_val_size());
    // As many as the device's memory could hold: what repeats costs the sender nothing.
    const size_t each = sizeof(uint64_t) + (proto.string_val_size() > 0 ? proto.string_val().rbegin()->size() : 0);
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<uint64_t>(n), static_cast<uint64_t>(each), &bytes)) {
      return absl::ResourceExhaustedError("a tensor of strings is larger than any memory");
    }
    RETURN_IF_ERROR(place.host->Allocate(bytes).status());
    strings.assign(proto.string_val().begin(), proto.string_val().end());
    strings.resize(static_cast<size_t>(n), strings.empty() ? std::string() : strings.back());
  }
  const HostTensor host = HostTensor::Strings(shape, strings);
  return MakeTensor(host.spec(), host.bytes(), place);
}

}  // namespace

absl::StatusOr<Shape> ShapeFromProto(const ::tensorflow::TensorShapeProto& proto) {
  if (proto.unknown_rank()) return absl::InvalidArgumentError("a shape of unknown rank where a known one is needed");
  absl::InlinedVector<int64_t, 6> dims;
  for (const auto& dim : proto.dim()) dims.push_back(dim.size());
  return Shape::Make(dims);
}

void ShapeToProto(const Shape& shape, ::tensorflow::TensorShapeProto* proto) {
  for (int64_t dim : shape.dims()) proto->add_dim()->set_size(dim);
}

absl::StatusOr<TensorRef> TensorFromProto(const TensorProto& proto, const Place& place) {
  const auto dtype = static_cast<DType>(proto.dtype());
  if (proto.dtype() < 0 || proto.dtype() >= kNumDTypes || !IsValid(dtype) || dtype == DType::kResource || dtype == DType::kVariant) {
    return absl::InvalidArgumentError(absl::StrCat("Unable to parse tensor proto: dtype ", proto.dtype(), " has no values"));
  }
  ASSIGN_OR_RETURN(Shape shape, ShapeFromProto(proto.tensor_shape()));
  if (dtype == DType::kString) return StringsFromProto(proto, shape, place);
  const TensorSpec spec{dtype, std::move(shape)};
  const int64_t n = spec.shape.num_elements();
  if (!proto.tensor_content().empty()) return MakeTensor(spec, proto.tensor_content(), place);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(n), SizeOf(dtype), &bytes)) {
    return absl::ResourceExhaustedError(absl::StrCat("a tensor ", spec.ToString(), " is larger than any memory"));
  }
  ASSIGN_OR_RETURN(BufferRef buffer, place.host->Allocate(bytes));
  RETURN_IF_ERROR(FillTyped(proto, dtype, n, buffer->data()));
  auto tensor = MakeRef<Tensor>(spec, std::move(buffer));
  Device& device = PlaceValue(spec, place);
  if (Reaches(device, *tensor->buffer()->device())) return tensor;
  return CopyTo(*tensor, device);
}

namespace {

// What comes before the values in the message, given how many bytes these are.
std::string Prefix(const TensorProto& described, size_t content) {
  std::string tensor = described.SerializeAsString();
  {
    google::protobuf::io::StringOutputStream stream(&tensor);
    CodedOutputStream out(&stream);
    out.WriteTag(TensorProto::kTensorContentFieldNumber << 3 | 2);
    out.WriteVarint64(content);
  }
  std::string prefix;
  {
    google::protobuf::io::StringOutputStream stream(&prefix);
    CodedOutputStream out(&stream);
    out.WriteTag(::tensorflow::RecvTensorResponse::kTensorFieldNumber << 3 | 2);
    out.WriteVarint64(tensor.size() + content);
  }
  return prefix + tensor;
}

// Strings as TensorFlow lays them out.
absl::StatusOr<std::string> JoinStrings(const Tensor& tensor) {
  std::string bytes(tensor.num_bytes(), '\0');
  RETURN_IF_ERROR(tensor.buffer()->device()->CopyToHost(*tensor.buffer(), tensor.offset(), bytes.size(), bytes.data()));
  ASSIGN_OR_RETURN(const HostTensor host, HostTensor::FromBytes(tensor.spec(), bytes));
  std::string joined;
  {
    google::protobuf::io::StringOutputStream stream(&joined);
    CodedOutputStream out(&stream);
    for (int64_t i = 0; i < host.num_elements(); ++i) out.WriteVarint64(host.string_at(i).size());
  }
  for (int64_t i = 0; i < host.num_elements(); ++i) absl::StrAppend(&joined, host.string_at(i));
  return joined;
}

}  // namespace

absl::StatusOr<grpc::ByteBuffer> EncodeRecvTensor(const Tensor& tensor) {
  TensorProto described;
  described.set_dtype(static_cast<int>(tensor.dtype()));
  ShapeToProto(tensor.shape(), described.mutable_tensor_shape());
  std::vector<grpc::Slice> slices;
  if (tensor.dtype() == DType::kString) {
    ASSIGN_OR_RETURN(const std::string joined, JoinStrings(tensor));
    slices.emplace_back(Prefix(described, joined.size()) + joined);
    return grpc::ByteBuffer(slices.data(), slices.size());
  }
  size_t left = tensor.num_bytes();
  slices.emplace_back(Prefix(described, left));
  const std::unique_ptr<DownloadBuffer> download = tensor.buffer()->device()->StartDownload(tensor.buffer(), tensor.offset(), left);
  while (left > 0) {
    ASSIGN_OR_RETURN(HostPiece piece, download->Next(left));
    auto* keep = new std::shared_ptr<void>(std::move(piece.keep));
    slices.emplace_back(const_cast<char*>(piece.data), piece.size,
                        [](void* ref) { delete static_cast<std::shared_ptr<void>*>(ref); }, keep);
    left -= piece.size;
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

absl::StatusOr<TensorRef> DecodeRecvTensor(grpc::ByteBuffer& answer, const Place& place) {
  grpc::ProtoBufferReader reader(&answer);
  ::tensorflow::RecvTensorResponse response;
  if (!response.ParseFromZeroCopyStream(&reader)) return absl::InvalidArgumentError("RecvTensor: the answer is garbage");
  return TensorFromProto(response.tensor(), place);
}

}  // namespace eager::server::tf
