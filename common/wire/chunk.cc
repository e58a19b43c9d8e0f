#include "common/wire/chunk.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace eager {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr uint32_t kHeaderTag = 1 << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
constexpr uint32_t kDataTag = 2 << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

}  // namespace

absl::Status CheckTransfer(const TensorSpec& spec, uint64_t num_bytes) {
  const auto n = static_cast<uint64_t>(spec.shape.num_elements());
  if (spec.dtype == DType::kString) {  // an offset for each, and one more
    if (n < num_bytes / sizeof(uint64_t)) return absl::OkStatus();
  } else {
    const size_t size = SizeOf(spec.dtype);
    if (size == 0) return absl::InvalidArgumentError(absl::StrCat("values of dtype ", Name(spec.dtype), " cannot be sent"));
    uint64_t expected = 0;
    if (!__builtin_mul_overflow(n, size, &expected) && expected == num_bytes) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a tensor ", spec.ToString(), " does not have ", num_bytes, " bytes of values"));
}

std::string ChunkPrefix(const google::protobuf::MessageLite* header, size_t num_bytes) {
  std::string prefix;
  google::protobuf::io::StringOutputStream stream(&prefix);
  google::protobuf::io::CodedOutputStream out(&stream);
  if (header != nullptr) {
    out.WriteTag(kHeaderTag);
    out.WriteVarint32(static_cast<uint32_t>(header->ByteSizeLong()));
    header->SerializeWithCachedSizes(&out);
  }
  if (num_bytes != 0) {
    out.WriteTag(kDataTag);
    out.WriteVarint32(static_cast<uint32_t>(num_bytes));
  }
  out.Trim();
  return prefix;
}

absl::Status ReadChunk(google::protobuf::io::ZeroCopyInputStream* bytes, google::protobuf::MessageLite* header,
                       ChunkSink& sink) {
  const absl::Status garbage = absl::InvalidArgumentError("a chunk of a bulk transfer cannot be read");
  google::protobuf::io::CodedInputStream in(bytes);
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != kHeaderTag && tag != kDataTag) {
      if (!WireFormatLite::SkipField(&in, tag)) return garbage;
      continue;
    }
    uint32_t length;
    if (!in.ReadVarint32(&length) || length > std::numeric_limits<int>::max()) return garbage;  // protobuf counts in ints
    if (tag == kHeaderTag) {
      const auto limit = in.PushLimit(static_cast<int>(length));
      if (!header->ParseFromCodedStream(&in) || in.BytesUntilLimit() != 0) return garbage;
      in.PopLimit(limit);
      RETURN_IF_ERROR(sink.OnHeader());
      continue;
    }
    ASSIGN_OR_RETURN(char* room, sink.Room(length));
    if (!in.ReadRaw(room, static_cast<int>(length))) return garbage;
  }
  return in.ConsumedEntireMessage() ? absl::OkStatus() : garbage;
}

}  // namespace eager
