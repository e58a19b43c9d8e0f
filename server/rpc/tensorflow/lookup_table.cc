#include "server/rpc/tensorflow/lookup_table.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::tf {
namespace {

constexpr size_t kPerEntry = 2 * sizeof(std::string) + 16;  // beside its bytes

// The bytes of `n` elements from `first` on; each string behind its length.
std::string Bytes(const HostTensor& tensor, int64_t first, int64_t n) {
  if (tensor.dtype() != DType::kString) {
    const size_t size = SizeOf(tensor.dtype());
    return std::string(tensor.bytes().substr(static_cast<size_t>(first) * size, static_cast<size_t>(n) * size));
  }
  std::string bytes;
  for (int64_t i = first; i < first + n; ++i) {
    const absl::string_view element = tensor.string_at(i);
    const uint64_t length = element.size();
    bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
    bytes.append(element.data(), element.size());
  }
  return bytes;
}

// A tensor of what Bytes gave, piece after piece. Its memory is taken first: pieces may be the same a million times.
absl::StatusOr<TensorRef> FromBytes(TensorSpec spec, const std::vector<absl::string_view>& pieces, Device& host) {
  size_t total = 0;
  for (absl::string_view piece : pieces) {
    if (__builtin_add_overflow(total, piece.size(), &total)) return absl::ResourceExhaustedError("the values are too many");
  }
  // Of strings: a length in front of each becomes an offset, of which there is one more.
  ASSIGN_OR_RETURN(BufferRef buffer, host.Allocate(spec.dtype == DType::kString ? total + sizeof(uint64_t) : total));
  char* to = static_cast<char*>(buffer->data());
  if (spec.dtype != DType::kString) {
    for (absl::string_view piece : pieces) {
      if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
      to += piece.size();
    }
    return MakeRef<Tensor>(std::move(spec), std::move(buffer));
  }
  auto* offsets = reinterpret_cast<uint64_t*>(to);
  char* const bytes = to + (static_cast<size_t>(spec.shape.num_elements()) + 1) * sizeof(uint64_t);
  uint64_t end = 0;
  *offsets++ = 0;
  for (absl::string_view piece : pieces) {
    while (!piece.empty()) {
      uint64_t length = 0;
      std::memcpy(&length, piece.data(), sizeof length);
      std::memcpy(bytes + end, piece.data() + sizeof length, length);
      end += length;
      *offsets++ = end;
      piece.remove_prefix(sizeof length + length);
    }
  }
  return MakeRef<Tensor>(std::move(spec), std::move(buffer));
}

Shape Joined(const Shape& a, const Shape& b) {
  Shape::Dims dims(a.dims().begin(), a.dims().end());
  dims.insert(dims.end(), b.dims().begin(), b.dims().end());
  return Shape(std::move(dims));
}

}  // namespace

absl::Status LookupTable::CheckReady() const {
  return form_.mutable_ || filled_ ? absl::OkStatus() : absl::FailedPreconditionError("Table not initialized.");
}

absl::Status LookupTable::CheckKeys(const HostTensor& keys) const {
  if (keys.dtype() == form_.key) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Key must be type ", Name(form_.key), " but got ", Name(keys.dtype())));
}

absl::StatusOr<TensorRef> LookupTable::Find(const HostTensor& keys, const HostTensor& otherwise, Device& host) const {
  RETURN_IF_ERROR(CheckReady());
  RETURN_IF_ERROR(CheckKeys(keys));
  if (otherwise.dtype() != form_.value) {
    return absl::InvalidArgumentError(absl::StrCat("Default value must be type ", Name(form_.value), " but got ", Name(otherwise.dtype())));
  }
  const Shape shape = Joined(keys.shape(), form_.value_shape);
  const bool for_each = otherwise.shape() == shape && !(otherwise.shape() == form_.value_shape);
  if (!for_each && !(otherwise.shape() == form_.value_shape)) {
    return absl::InvalidArgumentError(absl::StrCat("Expected default value of shape ", form_.value_shape.ToString(), " or ", shape.ToString(),
                                                   ", got ", otherwise.shape().ToString()));
  }
  ASSIGN_OR_RETURN(const Shape checked, Shape::Make(shape.dims()));
  const int64_t n = form_.value_shape.num_elements();
  std::vector<std::string> defaults;  // that were needed
  defaults.reserve(static_cast<size_t>(for_each ? keys.num_elements() : 1));
  if (!for_each) defaults.push_back(Bytes(otherwise, 0, n));
  std::vector<absl::string_view> rows;
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
    if (const auto it = rows_.find(Bytes(keys, i, 1)); it != rows_.end()) {
      rows.push_back(it->second);
      continue;
    }
    if (for_each) defaults.push_back(Bytes(otherwise, i * n, n));
    rows.push_back(defaults.back());
  }
  return FromBytes({form_.value, checked}, rows, host);
}

absl::Status LookupTable::Insert(const HostTensor& keys, const HostTensor& values) {
  RETURN_IF_ERROR(CheckKeys(keys));
  if (values.dtype() != form_.value) {
    return absl::InvalidArgumentError(absl::StrCat("Value must be type ", Name(form_.value), " but got ", Name(values.dtype())));
  }
  const Shape expected = Joined(keys.shape(), form_.value_shape);
  if (!(values.shape() == expected)) {
    return absl::InvalidArgumentError(absl::StrCat("Expected shape ", expected.ToString(), " for value, got ", values.shape().ToString()));
  }
  const bool again = !form_.mutable_ && filled_;
  const int64_t n = form_.value_shape.num_elements();
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
    std::string key = Bytes(keys, i, 1), row = Bytes(values, i * n, n);
    if (std::find(reserved_.begin(), reserved_.end(), key) != reserved_.end()) {
      return absl::InvalidArgumentError("Using the empty_key or deleted_key as a table key is not allowed");
    }
    const auto it = rows_.find(key);
    if (!form_.mutable_ && it != rows_.end() && it->second != row) {
      return again ? absl::FailedPreconditionError("Table was already initialized with different data.")
                   : absl::InvalidArgumentError("HashTable has different value for same key.");
    }
    if (again && it == rows_.end()) return absl::FailedPreconditionError("Table was already initialized with different data.");
    RETURN_IF_ERROR(Put(std::move(key), std::move(row)));
  }
  filled_ = true;
  return absl::OkStatus();
}

absl::Status LookupTable::Put(std::string key, std::string row) {
  const auto it = rows_.find(key);
  const size_t added = row.size() + (it == rows_.end() ? key.size() + kPerEntry : 0);
  RETURN_IF_ERROR(keeper_->Charge(added));
  charged_ += added;
  if (it == rows_.end()) {
    rows_.emplace(std::move(key), std::move(row));
    return absl::OkStatus();
  }
  keeper_->Refund(it->second.size());
  charged_ -= it->second.size();
  it->second = std::move(row);
  return absl::OkStatus();
}

absl::Status LookupTable::Remove(const HostTensor& keys) {
  if (!form_.mutable_) return absl::UnimplementedError("a table that is filled once loses no keys");
  RETURN_IF_ERROR(CheckKeys(keys));
  for (int64_t i = 0; i < keys.num_elements(); ++i) {
    const auto it = rows_.find(Bytes(keys, i, 1));
    if (it == rows_.end()) continue;
    const size_t bytes = it->first.size() + it->second.size() + kPerEntry;
    rows_.erase(it);
    keeper_->Refund(bytes);
    charged_ -= bytes;
  }
  return absl::OkStatus();
}

void LookupTable::Clear() {
  rows_.clear();
  keeper_->Refund(std::exchange(charged_, 0));
}

absl::StatusOr<std::pair<TensorRef, TensorRef>> LookupTable::Export(Device& host) const {
  RETURN_IF_ERROR(CheckReady());
  std::vector<absl::string_view> key_bytes, value_bytes;
  for (const auto& [key, row] : rows_) {
    key_bytes.push_back(key);
    value_bytes.push_back(row);
  }
  const Shape shape({size()});
  ASSIGN_OR_RETURN(TensorRef keys, FromBytes({form_.key, shape}, key_bytes, host));
  ASSIGN_OR_RETURN(TensorRef values, FromBytes({form_.value, Joined(shape, form_.value_shape)}, value_bytes, host));
  return std::make_pair(std::move(keys), std::move(values));
}

absl::Status LookupTable::Reserve(const HostTensor& key) {
  RETURN_IF_ERROR(CheckKeys(key));
  if (key.num_elements() != 1) return absl::InvalidArgumentError("empty_key and deleted_key must be scalars");
  reserved_.push_back(Bytes(key, 0, 1));
  return absl::OkStatus();
}

}  // namespace eager::server::tf
