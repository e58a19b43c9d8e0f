#include "common/bundle/table.h"

#include <leveldb/env.h>
#include <leveldb/options.h>
#include <leveldb/table_builder.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "common/bundle/varint.h"
#include "common/crc32c.h"
#include "common/status_macros.h"

namespace eager::bundle {
namespace {

constexpr uint64_t kMagic = 0xdb4775248b80fb57;
constexpr size_t kFooterBytes = 48;
constexpr size_t kTrailerBytes = 5;  // of a block: its type and its checksum
// Keys share prefixes within 16 rows, so that a table of a sane writer never unfolds to more than this many times its
// size.
constexpr uint64_t kMostUnfolding = 64;

// leveldb's interface over a file of ours. Keeps the error, of which leveldb takes only the text.
class TableFile final : public leveldb::WritableFile {
 public:
  explicit TableFile(OutputFile& file) : file_(file) {}
  leveldb::Status Append(const leveldb::Slice& bytes) override {
    if (status.ok()) status = file_.Append(absl::string_view(bytes.data(), bytes.size()));
    return status.ok() ? leveldb::Status::OK() : leveldb::Status::IOError(std::string(status.message()));
  }
  leveldb::Status Close() override { return leveldb::Status::OK(); }
  leveldb::Status Flush() override { return leveldb::Status::OK(); }
  leveldb::Status Sync() override { return leveldb::Status::OK(); }

  absl::Status status;

 private:
  OutputFile& file_;
};

struct Handle {
  uint64_t offset = 0, size = 0;
};

std::optional<Handle> ParseHandle(absl::string_view* bytes) {
  Handle handle;
  if (!ConsumeVarint(bytes, &handle.offset) || !ConsumeVarint(bytes, &handle.size)) return std::nullopt;
  return handle;
}

class TableReader {
 public:
  using Row = absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)>;
  explicit TableReader(const InputFile& file) : file_(file) {}

  absl::Status Read(Row row) {
    char footer[kFooterBytes];
    if (file_.size() < kFooterBytes) return Broken("is too short for an index of a checkpoint");
    RETURN_IF_ERROR(file_.ReadAt(file_.size() - kFooterBytes, footer, kFooterBytes));
    if (LoadFixed<uint64_t>(footer + kFooterBytes - 8) != kMagic)
      return Broken("is no index of a checkpoint: it does not end in a table's magic number");
    absl::string_view handles(footer, kFooterBytes - 8);
    const std::optional<Handle> meta = ParseHandle(&handles), index = ParseHandle(&handles);
    if (!meta.has_value() || !index.has_value()) return Broken("has a broken footer");
    std::string index_block;
    RETURN_IF_ERROR(ReadBlock(*index, &index_block));
    Cursor blocks, rows;
    return ReadRows(index_block, blocks, [&](absl::string_view, absl::string_view value) -> absl::Status {
      const std::optional<Handle> handle = ParseHandle(&value);
      if (!handle.has_value()) return Broken("has a broken list of blocks");
      std::string block;
      RETURN_IF_ERROR(ReadBlock(*handle, &block));
      return ReadRows(block, rows, row);
    });
  }

 private:
  absl::Status Broken(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat(file_.path(), ": ", what));
  }

  absl::Status ReadBlock(const Handle& handle, std::string* block) {
    const uint64_t room = file_.size() - kFooterBytes;
    if (handle.size > room || kTrailerBytes > room - handle.size ||
        handle.offset > room - handle.size - kTrailerBytes) {
      return Broken("names a block outside of the file: it was cut off or changed");
    }
    read_ += handle.size + kTrailerBytes;
    if (read_ > file_.size()) return Broken("names blocks that lie over each other");
    block->resize(handle.size + kTrailerBytes);
    RETURN_IF_ERROR(file_.ReadAt(handle.offset, block->data(), block->size()));
    const uint32_t crc = Crc32c(absl::string_view(*block).substr(0, handle.size + 1));
    if (MaskCrc32c(crc) != LoadFixed<uint32_t>(block->data() + handle.size + 1)) {
      return Broken(absl::StrCat("the checksum of the block at byte ", handle.offset, " is wrong"));
    }
    const char type = (*block)[handle.size];
    block->resize(handle.size);
    if (type == 1)
      return absl::UnimplementedError(
          absl::StrCat(file_.path(), ": its blocks are compressed, which is not supported"));
    return type == 0 ? absl::OkStatus() : Broken("has blocks of an unknown type");
  }

  // The last row that was read.
  struct Cursor {
    bool any = false;
    std::string key;
  };

  absl::Status ReadRows(absl::string_view block, Cursor& last, Row row) {
    constexpr absl::string_view kBroken = "has a block that cannot be read";
    if (block.size() < 4) return Broken(kBroken);
    const uint64_t restarts = LoadFixed<uint32_t>(block.data() + block.size() - 4);
    if (restarts > (block.size() - 4) / 4) return Broken(kBroken);
    block.remove_suffix(4 + 4 * restarts);
    bool first = true;  // of the block: it shares nothing with the one before
    while (!block.empty()) {
      uint64_t shared, unshared, value_size;
      if (!ConsumeVarint(&block, &shared) || !ConsumeVarint(&block, &unshared) || !ConsumeVarint(&block, &value_size)) {
        return Broken(kBroken);
      }
      if (shared > (first ? 0 : last.key.size()) || unshared > block.size() || value_size > block.size() - unshared)
        return Broken(kBroken);
      std::string key = absl::StrCat(absl::string_view(last.key).substr(0, shared), block.substr(0, unshared));
      if (last.any && key <= last.key) return Broken("has keys out of order");
      unfolded_ += key.size();
      if (unfolded_ / kMostUnfolding > file_.size()) return Broken("has keys that take absurdly much room");
      block.remove_prefix(unshared);
      last = {true, std::move(key)};
      first = false;
      RETURN_IF_ERROR(row(last.key, block.substr(0, value_size)));
      block.remove_prefix(value_size);
    }
    return absl::OkStatus();
  }

  const InputFile& file_;
  uint64_t unfolded_ = 0;  // bytes of all keys so far
  uint64_t read_ = 0;      // bytes of all blocks so far
};

}  // namespace

absl::Status WriteTable(const std::map<std::string, std::string>& rows, OutputFile& file) {
  leveldb::Options options;
  options.compression = leveldb::kNoCompression;
  options.block_size = 256 << 10;
  TableFile out(file);
  leveldb::TableBuilder builder(options, &out);
  for (const auto& [key, value] : rows) builder.Add(key, value);
  const leveldb::Status finished = builder.Finish();
  RETURN_IF_ERROR(out.status);
  return finished.ok() ? absl::OkStatus() : absl::InternalError(finished.ToString());
}

absl::Status ReadTable(const InputFile& file,
                       absl::FunctionRef<absl::Status(absl::string_view, absl::string_view)> row) {
  return TableReader(file).Read(row);
}

}  // namespace eager::bundle
