#include "common/bundle/writer.h"

#include "absl/strings/str_cat.h"
#include "bundle/bundle.pb.h"
#include "common/bundle/naming.h"
#include "common/bundle/table.h"
#include "common/crc32c.h"
#include "common/status_macros.h"

namespace eager::bundle {
namespace {

// How many data files the bundle in place has; 0 if there is none that can be read.
int ShardsInPlace(const std::string& prefix) {
  int shards = 0;
  const absl::StatusOr<std::unique_ptr<InputFile>> file = InputFile::Open(IndexPath(prefix));
  if (!file.ok()) return 0;
  ReadTable(**file, [&](absl::string_view, absl::string_view value) -> absl::Status {
    pb::BundleHeader header;
    if (header.ParseFromArray(value.data(), static_cast<int>(value.size()))) shards = header.num_shards();
    return absl::CancelledError();  // the header is all there is to see
  }).IgnoreError();
  return shards;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BundleWriter>> BundleWriter::Open(std::string prefix, WriterOptions options) {
  const std::string folder = FolderOf(prefix);
  RETURN_IF_ERROR(MakeFolder(folder));
  RemoveLeftovers(folder, BaseOf(prefix));
  auto writer = std::unique_ptr<BundleWriter>(new BundleWriter(std::move(prefix), options));
  RETURN_IF_ERROR(writer->NewShard());
  return writer;
}

absl::Status BundleWriter::NewShard() {
  // Its number of all is known at the end; until then its name is a temporary one anyway.
  ASSIGN_OR_RETURN(auto file, OutputFile::Create(absl::StrCat(prefix_, ".data-", shards_.size())));
  shards_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status BundleWriter::Keep(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return status_;
}

absl::Status BundleWriter::Begin(const std::string& key, const TensorSpec& spec, uint64_t num_bytes) {
  return status_.ok() ? Keep(Start(key, spec, num_bytes)) : status_;
}
absl::Status BundleWriter::Append(absl::string_view bytes) { return status_.ok() ? Keep(Write(bytes)) : status_; }
absl::Status BundleWriter::End() { return status_.ok() ? Keep(Complete()) : status_; }
absl::Status BundleWriter::Finish() {
  if (!status_.ok()) return status_;
  RETURN_IF_ERROR(Keep(Replace()));
  status_ = absl::FailedPreconditionError(absl::StrCat(prefix_, ": the bundle is finished"));  // of later calls
  return absl::OkStatus();
}

absl::Status BundleWriter::Add(const std::string& key, const HostTensor& tensor) {
  RETURN_IF_ERROR(Begin(key, tensor.spec(), tensor.num_bytes()));
  RETURN_IF_ERROR(Append(tensor.bytes()));
  return End();
}

absl::Status BundleWriter::Start(const std::string& key, const TensorSpec& spec, uint64_t num_bytes) {
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(prefix_, ": key '", key, "': ", what));
  };
  if (tensor_.has_value()) return wrong(absl::StrCat("'", tensor_->key, "' is not complete"));
  if (key.empty()) return wrong("the empty key is the bundle's own");
  if (rows_.count(key) > 0) return wrong("is there already");
  const bool strings = spec.dtype == DType::kString;
  const size_t element = SizeOf(spec.dtype);
  if (!strings && element == 0) return wrong(absl::StrCat("a ", Name(spec.dtype), " cannot be saved"));
  const auto n = static_cast<uint64_t>(spec.shape.num_elements());
  if (strings ? num_bytes / sizeof(uint64_t) <= n : num_bytes != n * element) {
    return wrong(absl::StrCat("a ", spec.ToString(), " does not have ", num_bytes, " bytes"));
  }
  const uint64_t used = shards_.back()->size();
  if (options_.max_shard_bytes != 0 && used != 0 && used + num_bytes > options_.max_shard_bytes)
    RETURN_IF_ERROR(NewShard());
  tensor_ = Tensor{key, spec, shards_.back()->size(), num_bytes, 0, std::nullopt};
  if (strings) tensor_->strings.emplace(n);
  return absl::OkStatus();
}

absl::Status BundleWriter::Write(absl::string_view bytes) {
  if (!tensor_.has_value()) return absl::FailedPreconditionError(absl::StrCat(prefix_, ": bytes without a tensor"));
  if (bytes.size() > tensor_->bytes_left) {
    return absl::InvalidArgumentError(
        absl::StrCat(prefix_, ": key '", tensor_->key, "': more bytes came than were told"));
  }
  tensor_->bytes_left -= bytes.size();
  if (tensor_->strings.has_value()) {
    std::string encoded;
    if (absl::Status status = tensor_->strings->Encode(bytes, &encoded); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(prefix_, ": key '", tensor_->key, "': ", status.message()));
    }
    return shards_.back()->Append(encoded);
  }
  tensor_->crc = ExtendCrc32c(tensor_->crc, bytes);
  return shards_.back()->Append(bytes);
}

absl::Status BundleWriter::Complete() {
  if (!tensor_.has_value()) return absl::FailedPreconditionError(absl::StrCat(prefix_, ": End without Begin"));
  const Tensor tensor = *std::exchange(tensor_, std::nullopt);
  absl::Status whole = tensor.strings.has_value() ? tensor.strings->Finish() : absl::OkStatus();
  if (whole.ok() && tensor.bytes_left != 0) whole = absl::InvalidArgumentError("fewer bytes came than were told");
  if (!whole.ok())
    return absl::Status(whole.code(), absl::StrCat(prefix_, ": key '", tensor.key, "': ", whole.message()));

  pb::BundleEntry entry;
  entry.set_dtype(static_cast<int>(tensor.spec.dtype));
  entry.mutable_shape();  // a scalar's is written as well
  for (const int64_t extent : tensor.spec.shape.dims()) entry.mutable_shape()->add_dim()->set_size(extent);
  entry.set_shard_id(static_cast<int>(shards_.size() - 1));
  entry.set_offset(static_cast<int64_t>(tensor.offset));
  entry.set_size(static_cast<int64_t>(shards_.back()->size() - tensor.offset));
  entry.set_crc32c(MaskCrc32c(tensor.strings.has_value() ? tensor.strings->crc() : tensor.crc));
  rows_[tensor.key] = entry.SerializeAsString();
  return absl::OkStatus();
}

absl::Status BundleWriter::Replace() {
  if (tensor_.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(prefix_, ": key '", tensor_->key, "' is not complete"));
  }
  const std::string folder = FolderOf(prefix_);
  // Another number of files than the bundle in place has, whose data must stay until the index is replaced.
  if (ShardsInPlace(prefix_) == static_cast<int>(shards_.size())) RETURN_IF_ERROR(NewShard());
  const int n = static_cast<int>(shards_.size());

  pb::BundleHeader header;
  header.set_num_shards(n);
  header.mutable_version()->set_producer(1);
  rows_[""] = header.SerializeAsString();
  ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> index, OutputFile::Create(IndexPath(prefix_)));
  RETURN_IF_ERROR(WriteTable(rows_, *index));
  RETURN_IF_ERROR(index->Sync());
  for (const auto& shard : shards_) RETURN_IF_ERROR(shard->Sync());

  for (int i = 0; i < n; ++i) RETURN_IF_ERROR(shards_[static_cast<size_t>(i)]->RenameTo(DataPath(prefix_, i, n)));
  RETURN_IF_ERROR(SyncFolder(folder));
  RETURN_IF_ERROR(index->RenameTo(IndexPath(prefix_)));
  RETURN_IF_ERROR(SyncFolder(folder));
  RemoveOtherData(prefix_, n);
  shards_.clear();
  return absl::OkStatus();
}

}  // namespace eager::bundle
