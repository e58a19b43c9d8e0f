#include "common/host_tensor.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/large_block.h"

namespace eager {
namespace {

std::shared_ptr<char[]> MakeBytes(size_t n, bool zero) {
  // At least one byte, so that data() of an empty tensor is not null, which would mean "not known".
  n = n == 0 ? 1 : n;
  if (n >= kLargeBlockBytes) {
    std::shared_ptr<char[]> bytes = RecycledLargeBlock(n);
    if (zero) std::memset(bytes.get(), 0, n);
    return bytes;
  }
  return zero ? std::make_shared<char[]>(n) : std::make_shared_for_overwrite<char[]>(n);
}

// Any other byte would be undefined behaviour in whoever computes with it.
absl::Status CheckBools(const void* data, size_t num_bytes) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  if (std::all_of(bytes, bytes + num_bytes, [](unsigned char b) { return b <= 1; })) return absl::OkStatus();
  return absl::InvalidArgumentError("a bool tensor has a byte that is neither 0 nor 1");
}

}  // namespace

HostTensor::HostTensor(TensorSpec spec, bool zero) : spec_(std::move(spec)) {
  num_bytes_ = static_cast<size_t>(spec_.shape.num_elements()) * SizeOf(spec_.dtype);
  bytes_ = MakeBytes(num_bytes_, zero);
}

HostTensor HostTensor::Uninitialized(TensorSpec spec, size_t num_bytes) {
  HostTensor t;
  t.spec_ = std::move(spec);
  t.num_bytes_ = num_bytes;
  t.bytes_ = MakeBytes(num_bytes, false);
  return t;
}

HostTensor HostTensor::Strings(const Shape& shape, absl::Span<const std::string> values) {
  HostTensor t;
  t.spec_ = {DType::kString, shape};
  const size_t head = (values.size() + 1) * sizeof(uint64_t);
  t.num_bytes_ = head;
  for (const std::string& v : values) t.num_bytes_ += v.size();
  t.bytes_ = MakeBytes(t.num_bytes_, false);
  uint64_t end = 0;
  char* at = t.bytes_.get();
  std::memcpy(at, &end, sizeof(end));
  for (size_t i = 0; i < values.size(); ++i) {
    std::memcpy(at + head + end, values[i].data(), values[i].size());
    end += values[i].size();
    std::memcpy(at + (i + 1) * sizeof(end), &end, sizeof(end));
  }
  return t;
}

absl::StatusOr<HostTensor> HostTensor::FromBytes(TensorSpec spec, absl::string_view bytes) {
  if (absl::Status s = CheckBytes(spec, bytes.data(), bytes.size()); !s.ok()) return s;
  HostTensor t = Uninitialized(std::move(spec), bytes.size());
  if (!bytes.empty()) std::memcpy(t.data(), bytes.data(), bytes.size());
  return t;
}

absl::string_view HostTensor::string_at(int64_t i) const {
  const auto* offsets = reinterpret_cast<const uint64_t*>(bytes_.get());
  const char* chars = bytes_.get() + (num_elements() + 1) * sizeof(uint64_t);
  return absl::string_view(chars + offsets[i], offsets[i + 1] - offsets[i]);
}

absl::Status CheckBytes(const TensorSpec& spec, const void* data, size_t num_bytes) {
  const uint64_t n = static_cast<uint64_t>(spec.shape.num_elements());
  const auto wrong = [&](uint64_t expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor ", spec.ToString(), " has ", expected, " bytes of values, but ", num_bytes, " came"));
  };
  if (spec.dtype != DType::kString) {
    const size_t size = SizeOf(spec.dtype);
    if (size == 0) return absl::InvalidArgumentError(absl::StrCat("values of dtype ", Name(spec.dtype), " cannot be sent"));
    uint64_t expected;
    if (__builtin_mul_overflow(n, size, &expected) || expected != num_bytes) return wrong(n * size);
    return spec.dtype == DType::kBool ? CheckBools(data, num_bytes) : absl::OkStatus();
  }
  if (n >= num_bytes / sizeof(uint64_t)) return wrong((n + 1) * sizeof(uint64_t));
  const uint64_t room = num_bytes - (n + 1) * sizeof(uint64_t);
  uint64_t last = 0;
  for (uint64_t i = 0; i <= n; ++i) {
    uint64_t offset;
    std::memcpy(&offset, static_cast<const char*>(data) + i * sizeof(offset), sizeof(offset));
    if ((i == 0 && offset != 0) || offset < last || offset > room) {
      return absl::InvalidArgumentError(absl::StrCat("offset ", i, " of a string tensor ", spec.ToString(), " is out of order"));
    }
    last = offset;
  }
  if (last != room) return wrong((n + 1) * sizeof(uint64_t) + last);
  return absl::OkStatus();
}

HostInts ToInts(const HostView& view) {
  HostInts ints(static_cast<size_t>(view.num_elements()));
  for (size_t i = 0; i < ints.size(); ++i) ints[i] = view.int_at(static_cast<int64_t>(i));
  return ints;
}

}  // namespace eager
