#include "common/bundle/reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "bundle/bundle.pb.h"
#include "common/bundle/naming.h"
#include "common/bundle/string_codec.h"
#include "common/bundle/table.h"
#include "common/crc32c.h"
#include "common/status_macros.h"

namespace eager::bundle {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
constexpr int kVersion = 1;  // of the format, that this reader knows

absl::StatusOr<Shape> ParseShape(const pb::TensorShape& shape) {
  if (shape.unknown_rank()) return absl::InvalidArgumentError("unknown rank");
  Shape::Dims dims;
  for (const auto& dim : shape.dim()) dims.push_back(dim.size());
  return Shape::Make(dims);
}

}  // namespace

std::string BundleReader::Where(const std::string& key) const {
  return absl::StrCat(IndexPath(prefix_), ": key '", key, "'");
}

absl::StatusOr<std::unique_ptr<BundleReader>> BundleReader::Open(const std::string& prefix) {
  ASSIGN_OR_RETURN(const std::unique_ptr<InputFile> index, InputFile::Open(IndexPath(prefix)));
  auto reader = std::unique_ptr<BundleReader>(new BundleReader(prefix));
  bool first = true;
  RETURN_IF_ERROR(ReadTable(*index, [&](absl::string_view key, absl::string_view value) {
    return std::exchange(first, false) && key.empty() ? reader->AddHeader(value) : reader->AddRow(key, value);
  }));
  if (reader->num_shards_ == 0)
    return absl::DataLossError(absl::StrCat(index->path(), ": has no header: it is no checkpoint's"));
  return reader;
}

absl::Status BundleReader::AddHeader(absl::string_view value) {
  const std::string path = IndexPath(prefix_);
  pb::BundleHeader header;
  if (!header.ParseFromArray(value.data(), static_cast<int>(value.size())) || header.num_shards() <= 0) {
    return absl::DataLossError(absl::StrCat(path, ": has a broken header"));
  }
  if (header.endianness() != 0)
    return absl::UnimplementedError(absl::StrCat(path, ": a big-endian checkpoint cannot be read here"));
  const auto& bad = header.version().bad_consumers();
  if (header.version().min_consumer() > kVersion || std::find(bad.begin(), bad.end(), kVersion) != bad.end()) {
    return absl::UnimplementedError(absl::StrCat(path, ": is of a newer version of the format (it asks for ",
                                                 header.version().min_consumer(), ", this reader knows ", kVersion,
                                                 ")"));
  }
  num_shards_ = header.num_shards();
  return absl::OkStatus();
}

absl::Status BundleReader::AddRow(absl::string_view key_view, absl::string_view value) {
  const std::string key(key_view);
  if (num_shards_ == 0)
    return absl::DataLossError(absl::StrCat(IndexPath(prefix_), ": has no header: it is no checkpoint's"));
  const auto broken = [&](absl::string_view what) { return absl::DataLossError(absl::StrCat(Where(key), ": ", what)); };
  pb::BundleEntry parsed;
  if (!parsed.ParseFromArray(value.data(), static_cast<int>(value.size()))) return broken("its entry cannot be read");
  Entry entry;
  absl::StatusOr<Shape> shape = ParseShape(parsed.shape());
  if (!shape.ok()) return broken(absl::StrCat("its shape is impossible: ", shape.status().message()));
  entry.spec.shape = *std::move(shape);
  if (parsed.dtype() > 0 && parsed.dtype() < kNumDTypes && IsValid(static_cast<DType>(parsed.dtype()))) {
    entry.spec.dtype = static_cast<DType>(parsed.dtype());
  }
  if (parsed.slices_size() > 0) {
    entry.unreadable = "it is stored in slices, which is not supported";
  } else if (entry.spec.dtype != DType::kString && SizeOf(entry.spec.dtype) == 0) {
    entry.unreadable = absl::StrCat("its dtype (number ", parsed.dtype(), ") is not supported");
  }
  if (parsed.offset() < 0 || parsed.size() < 0 || parsed.shard_id() < 0 || parsed.shard_id() >= num_shards_) {
    return broken("its place in the data files is impossible");
  }
  entry.shard = parsed.shard_id();
  entry.offset = static_cast<uint64_t>(parsed.offset());
  entry.size = static_cast<uint64_t>(parsed.size());
  entry.crc = UnmaskCrc32c(parsed.crc32c());
  if (entry.unreadable.empty()) RETURN_IF_ERROR(CheckPlace(key, entry));
  entries_.emplace(key, std::move(entry));
  return absl::OkStatus();
}

absl::Status BundleReader::CheckPlace(const std::string& key, const Entry& entry) {
  const auto n = static_cast<uint64_t>(entry.spec.shape.num_elements());
  if (entry.spec.dtype == DType::kString) {
    // A byte at least for each length, and the checksum of the lengths.
    if (entry.size < sizeof(uint32_t) || n > entry.size - sizeof(uint32_t)) {
      return absl::DataLossError(
          absl::StrCat(Where(key), ": a ", entry.spec.ToString(), " does not fit into ", entry.size, " bytes"));
    }
  } else {
    uint64_t bytes;
    if (__builtin_mul_overflow(n, SizeOf(entry.spec.dtype), &bytes) || bytes != entry.size) {
      return absl::DataLossError(
          absl::StrCat(Where(key), ": a ", entry.spec.ToString(), " does not have ", entry.size, " bytes"));
    }
  }
  std::unique_ptr<InputFile>& file = shards_[entry.shard];
  if (file == nullptr) {
    absl::StatusOr<std::unique_ptr<InputFile>> opened = InputFile::Open(DataPath(prefix_, entry.shard, num_shards_));
    if (!opened.ok()) {
      return absl::Status(opened.status().code(),
                          absl::StrCat(opened.status().message(), " (it holds the key '", key, "')"));
    }
    file = *std::move(opened);
  }
  if (entry.size > file->size() || entry.offset > file->size() - entry.size) {
    return absl::DataLossError(absl::StrCat(file->path(), ": has ", file->size(), " bytes, but key '", key,
                                            "' is said to lie at ", entry.offset, " to ", entry.offset + entry.size,
                                            ": it was cut off or is another checkpoint's"));
  }
  return absl::OkStatus();
}

absl::StatusOr<const Entry*> BundleReader::Find(const std::string& key) const {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return absl::NotFoundError(absl::StrCat(Where(key), " is not in it"));
  return &it->second;
}

absl::Status BundleReader::Read(const std::string& key, absl::FunctionRef<absl::Status(absl::string_view)> sink) const {
  ASSIGN_OR_RETURN(const Entry* entry, Find(key));
  if (!entry->unreadable.empty()) return absl::UnimplementedError(absl::StrCat(Where(key), ": ", entry->unreadable));
  const InputFile& file = *shards_.at(entry->shard);
  const auto broken = [&](absl::string_view what) {
    return absl::DataLossError(absl::StrCat(file.path(), ": key '", key, "': ", what));
  };
  std::optional<StringDecoder> strings;
  if (entry->spec.dtype == DType::kString) {
    strings.emplace(static_cast<uint64_t>(entry->spec.shape.num_elements()), entry->size);
  }
  uint32_t crc = 0;
  std::string chunk, decoded;
  for (uint64_t done = 0; done < entry->size; done += chunk.size()) {
    chunk.resize(std::min<uint64_t>(kChunkBytes, entry->size - done));
    RETURN_IF_ERROR(file.ReadAt(entry->offset + done, chunk.data(), chunk.size()));
    if (strings.has_value()) {
      decoded.clear();
      if (absl::Status status = strings->Decode(chunk, &decoded); !status.ok()) return broken(status.message());
      RETURN_IF_ERROR(sink(decoded));
      continue;
    }
    crc = ExtendCrc32c(crc, chunk);
    // Any other byte in a bool would be undefined behaviour in whoever looks at it.
    if (entry->spec.dtype == DType::kBool &&
        std::any_of(chunk.begin(), chunk.end(), [](char c) { return c != 0 && c != 1; })) {
      return broken("it has a bool that is neither 0 nor 1");
    }
    RETURN_IF_ERROR(sink(chunk));
  }
  if (strings.has_value()) {
    if (absl::Status status = strings->Finish(); !status.ok()) return broken(status.message());
    crc = strings->crc();
  }
  return crc == entry->crc ? absl::OkStatus()
                           : broken("its checksum is wrong: the bytes have changed since they were written");
}

absl::StatusOr<HostTensor> BundleReader::Read(const std::string& key) const {
  ASSIGN_OR_RETURN(const Entry* entry, Find(key));
  if (entry->spec.dtype == DType::kString) {
    std::string bytes;
    RETURN_IF_ERROR(Read(key, [&](absl::string_view chunk) {
      absl::StrAppend(&bytes, chunk);
      return absl::OkStatus();
    }));
    return HostTensor::FromBytes(entry->spec, bytes);
  }
  if (!entry->unreadable.empty()) return absl::UnimplementedError(absl::StrCat(Where(key), ": ", entry->unreadable));
  HostTensor tensor(entry->spec, /*zero=*/false);
  char* to = static_cast<char*>(tensor.data());
  RETURN_IF_ERROR(Read(key, [&](absl::string_view chunk) {
    std::memcpy(to, chunk.data(), chunk.size());
    to += chunk.size();
    return absl::OkStatus();
  }));
  return tensor;
}

absl::Status BundleReader::Verify(const std::string& key) const {
  return Read(key, [](absl::string_view) { return absl::OkStatus(); });
}

}  // namespace eager::bundle
