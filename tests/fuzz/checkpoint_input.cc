#include "tests/fuzz/checkpoint_input.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "bundle/bundle.pb.h"
#include "common/bundle/file.h"
#include "common/bundle/naming.h"
#include "common/bundle/string_codec.h"
#include "common/bundle/table.h"
#include "common/bundle/varint.h"
#include "common/bundle/writer.h"
#include "common/crc32c.h"
#include "tests/fuzz/files.h"

namespace eager::fuzz {
namespace {

constexpr char kPrefix[] = "ckpt";
constexpr char kGraphKey[] = "_CHECKPOINTABLE_OBJECT_GRAPH";

void Check(const absl::Status& status) {
  if (!status.ok()) Fail(status.ToString());
}

// The checksum that a value of `data` must have, if the entry says where it lies.
void SetChecksum(absl::string_view data, bundle::pb::BundleEntry& entry) {
  const auto offset = static_cast<uint64_t>(entry.offset()), size = static_cast<uint64_t>(entry.size());
  if (entry.offset() < 0 || entry.size() < 0 || size > data.size() || offset > data.size() - size) return;
  const absl::string_view value = data.substr(offset, size);
  uint32_t crc = Crc32c(value);
  if (entry.dtype() == static_cast<int>(DType::kString)) {
    uint64_t elements = 1;
    for (const auto& dim : entry.shape().dim()) elements *= static_cast<uint64_t>(dim.size());
    if (elements > size) return;
    bundle::StringDecoder decoder(elements, size);
    std::string ignored;
    decoder.Decode(value, &ignored).IgnoreError();
    crc = decoder.crc();
  }
  entry.set_crc32c(MaskCrc32c(crc));
}

void WriteRows(Parts& parts) {
  const int n = parts.Byte();
  std::vector<std::pair<std::string, std::string>> rows;
  for (int i = 0; i < n; ++i) {
    const std::string key(parts.Part());
    rows.emplace_back(key, std::string(parts.Part()));
  }
  const absl::string_view data = parts.Rest();
  std::map<std::string, std::string> table;
  for (auto& [key, value] : rows) {
    bundle::pb::BundleEntry entry;
    if (!key.empty() && entry.ParseFromString(value)) {
      SetChecksum(data, entry);
      value = entry.SerializeAsString();
    }
    table[key] = value;
  }
  auto file = bundle::OutputFile::Create(FileName("index"));
  Check(file.status());
  Check(bundle::WriteTable(table, **file));
  Check((*file)->Sync());
  Check((*file)->RenameTo(bundle::IndexPath(FileName(kPrefix))));
}

void AppendBlock(absl::string_view block, std::string& index) {
  std::string trailed = absl::StrCat(block, absl::string_view("\0", 1));
  bundle::AppendFixed(MaskCrc32c(Crc32c(trailed)), &trailed);
  index += trailed;
}

void WriteBlocks(Parts& parts) {
  const int n = parts.Byte();
  std::string index;
  uint64_t last = 0, last_size = 0;
  for (int i = 0; i < n; ++i) {
    const absl::string_view block = parts.Part();
    last = index.size();
    last_size = block.size();
    AppendBlock(block, index);
  }
  std::string footer;
  for (uint64_t number : {uint64_t{0}, uint64_t{0}, last, last_size}) bundle::AppendVarint(number, &footer);
  footer.resize(40);
  bundle::AppendFixed<uint64_t>(0xdb4775248b80fb57, &footer);
  WriteFile(absl::StrCat(kPrefix, ".index"), index + footer);
}

void WriteGraph(Parts& parts) {
  const std::string graph(parts.Part());
  const absl::string_view rest = parts.Rest();
  auto writer = bundle::BundleWriter::Open(FileName(kPrefix));
  Check(writer.status());
  const float pair[] = {1, 2}, one[] = {3};
  for (const char* key : {"w", "part/w", "slot", "lazy"}) {
    Check((*writer)->Add(key, HostTensor::FromSpan<float>(Shape{2}, pair)));
  }
  Check((*writer)->Add("b", HostTensor::FromSpan<float>(Shape(), one)));
  Check((*writer)->Add("bytes", HostTensor::FromSpan<uint8_t>(Shape{static_cast<int64_t>(rest.size())},
                                                              {reinterpret_cast<const uint8_t*>(rest.data()), rest.size()})));
  Check((*writer)->Add("save_counter", HostTensor::Scalar<int64_t>(7)));
  Check((*writer)->Add(kGraphKey, HostTensor::Strings(Shape(), {graph})));
  Check((*writer)->Finish());
}

}  // namespace

uint8_t Parts::Byte() {
  if (bytes_.empty()) return 0;
  const auto byte = static_cast<uint8_t>(bytes_[0]);
  bytes_.remove_prefix(1);
  return byte;
}

absl::string_view Parts::Part() {
  const size_t low = Byte();  // one after the other: each takes a byte away
  const size_t wanted = low | static_cast<size_t>(Byte()) << 8;
  const size_t n = std::min(wanted, bytes_.size());
  const absl::string_view part = bytes_.substr(0, n);
  bytes_.remove_prefix(n);
  return part;
}

void AppendPart(absl::string_view part, std::string& input) {
  if (part.size() > 0xFFFF) Fail("a part of an input is too long");
  input.push_back(static_cast<char>(part.size() & 0xFF));
  input.push_back(static_cast<char>(part.size() >> 8));
  absl::StrAppend(&input, part);
}

std::string StateFolder() { return FileName("folder"); }

void WriteCheckpoint(absl::string_view input) {
  Parts parts(input);
  switch (parts.Byte()) {
    case kFiles:
      WriteFile(absl::StrCat(kPrefix, ".index"), parts.Part());
      break;
    case kBlocks:
      WriteBlocks(parts);
      break;
    case kRows:
      WriteRows(parts);
      break;
    case kGraph:
      return WriteGraph(parts);
    case kState:
      std::filesystem::create_directory(StateFolder());
      WriteFile("folder/checkpoint", parts.Rest());
      return;
    default:
      return;
  }
  for (int shards : {1, 2}) WriteFile(bundle::BaseOf(bundle::DataPath(kPrefix, shards - 1, shards)), parts.Rest());
}

}  // namespace eager::fuzz
