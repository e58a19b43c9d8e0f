// Writes seeds for the targets that read files, and for uploads:
//   eager-fuzz-file-seeds CORPUS [FOLDER …]
// FOLDERs hold checkpoints, as those of tests/golden/checkpoints do.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/data/npy.h"
#include "common/bundle/file.h"
#include "common/bundle/naming.h"
#include "common/bundle/reader.h"
#include "common/bundle/table.h"
#include "common/bundle/varint.h"
#include "common/wire/chunk.h"
#include "common/wire/wire.h"
#include "eager/v1/service.pb.h"
#include "tests/fuzz/checkpoint_input.h"

namespace eager::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostData = 4096;  // of a checkpoint that becomes a seed

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const fs::path& path, absl::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// The blocks of an index, in the order in which they lie there, without their checksums.
std::string Blocks(absl::string_view index) {
  absl::string_view footer = index.substr(index.size() - 48);
  uint64_t meta_at = 0, meta_size = 0, list_at = 0, list_size = 0;
  for (uint64_t* number : {&meta_at, &meta_size, &list_at, &list_size}) bundle::ConsumeVarint(&footer, number);
  std::string input(1, kBlocks);
  input.push_back(3);  // one block of rows, the one of metadata, the list
  AppendPart(index.substr(0, meta_at - 5), input);
  AppendPart(index.substr(meta_at, meta_size), input);
  AppendPart(index.substr(list_at, list_size), input);
  return input;
}

std::string Rows(const std::string& path) {
  std::string rows;
  int n = 0;
  const auto file = bundle::InputFile::Open(path);
  bundle::ReadTable(**file, [&](absl::string_view key, absl::string_view value) {
    if (++n > 200) return absl::OkStatus();
    AppendPart(key, rows);
    AppendPart(value, rows);
    return absl::OkStatus();
  }).IgnoreError();
  std::string input = {static_cast<char>(kRows), static_cast<char>(std::min(n, 200))};
  return input.append(rows);
}

void WriteCheckpoints(const fs::path& out, const fs::path& folder) {
  const std::string name = folder.filename().string();
  Write(out / (name + "_state"), absl::StrCat("s", ReadAll(folder / "checkpoint")));
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (!absl::EndsWith(path, ".index")) continue;
    const std::string prefix = path.substr(0, path.size() - 6), seed = absl::StrCat(name, "_", bundle::BaseOf(prefix));
    const std::string index = ReadAll(path), data = ReadAll(bundle::DataPath(prefix, 0, 1));
    const auto reader = bundle::BundleReader::Open(prefix);
    if (!reader.ok()) continue;
    if (const auto graph = (*reader)->Read("_CHECKPOINTABLE_OBJECT_GRAPH"); graph.ok() && graph->string_at(0).size() < kMostData) {
      std::string input(1, kGraph);
      AppendPart(graph->string_at(0), input);
      Write(out / (seed + "_graph"), input);
    }
    if (data.size() > kMostData || index.size() > kMostData) continue;
    std::string input(1, kFiles);
    AppendPart(index, input);
    Write(out / (seed + "_files"), input + data);
    Write(out / (seed + "_blocks"), Blocks(index) + data);
    Write(out / (seed + "_rows"), Rows(path) + data);
  }
}

void WriteArrays(const fs::path& out) {
  fs::create_directories(out);
  const float floats[] = {1, 2, 3, 4, 5, 6};
  const bool bools[] = {true, false};
  const NDArray matrix(HostTensor::FromSpan<float>(Shape{2, 3}, floats));
  const NDArray flags(HostTensor::FromSpan<bool>(Shape{2}, bools));
  const NDArray texts(HostTensor::Strings(Shape{3}, {"a", "", "long\xC3\xA9"}));
  const NDArray number(HostTensor::Scalar<int64_t>(-5)), none(HostTensor(TensorSpec{DType::kComplex64, Shape{0, 4}}));
  const np::Arrays all = {{"matrix", matrix}, {"flags", flags}, {"texts", texts}, {"number", number}, {"none", none}};
  for (const auto& [name, array] : all) np::save((out / name).string(), array);
  np::savez((out / "stored").string(), all);
  np::savez_compressed((out / "deflated").string(), all);
  // Headers that only NumPy writes: Fortran's order, big-endian, characters of four bytes, version 2.
  const auto npy = [&](absl::string_view descr, bool fortran, absl::string_view shape, const std::string& body, char version = 1) {
    const std::string header = absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", fortran ? "True" : "False",
                                            ", 'shape': ", shape, ", }\n");
    std::string bytes("\x93NUMPY");
    bytes += {version, '\0', static_cast<char>(header.size()), '\0'};
    if (version > 1) bytes += {'\0', '\0'};
    return bytes + header + body;
  };
  Write(out / "fortran", npy("<i2", true, "(2, 3)", std::string(12, '\1')));
  Write(out / "big_endian", npy(">f8", false, "(2,)", std::string(16, '\2')));
  Write(out / "unicode", npy("<U2", false, "(2,)", std::string("a\0\0\0b\0\0\0\xE9\0\0\0\0\0\0\0", 16)));
  Write(out / "version2", npy("|u1", false, "()", "x", 2));
}

void WriteIdx(const fs::path& out) {
  const auto file = [](char type, std::initializer_list<char> dims, size_t bytes) {
    std::string idx = {0, 0, type, static_cast<char>(dims.size())};
    for (char dim : dims) idx += {0, 0, 0, dim};
    return idx + std::string(bytes, '\1');
  };
  Write(out / "images", file(8, {2, 3, 2}, 12));
  Write(out / "labels", file(8, {4}, 4));
  Write(out / "int16", file(0x0B, {3}, 6));
  Write(out / "double", file(0x0E, {2, 1}, 16));
  Write(out / "scalar", file(0x0D, {}, 4));
  Write(out / "empty", file(9, {0, 7}, 0));
}

void WriteCsv(const fs::path& out) {
  const auto file = [&](const char* name, uint8_t first, uint8_t second, absl::string_view text) {
    Write(out / name, absl::StrCat(std::string{static_cast<char>(first), static_cast<char>(second)}, text));
  };
  file("numbers", 0, 0, "1,2.5,-3e4\r\n+0.5,nan,inf\n\n7,8,1e-50\n");
  file("header", 8, 2, "a,b\n1,-2\n3,4\n");
  file("texts", 0, 1, "plain,\"quoted, \"\"twice\"\"\nand long\"\n,x\n");
  file("labels", 16 + 32, 64 + 3, "1,2\n255,0\n");
  file("mark", 1, 4, "\xEF\xBB\xBFtrue;0\nFALSE;1\n");
  file("tabs", 2, 5, "1\t2\n 3 \t4");
}

std::string Upload(v1::DType dtype, std::vector<int64_t> dims, const std::string& bytes, size_t chunk) {
  v1::UploadHeader header;
  header.set_session("sixteen bytes or more");
  header.set_id(1);
  header.mutable_spec()->set_dtype(dtype);
  for (int64_t dim : dims) header.mutable_spec()->add_dims(dim);
  header.set_num_bytes(bytes.size());
  std::string input;
  for (size_t at = 0; at == 0 || at < bytes.size(); at += chunk) {
    const std::string data = bytes.substr(at, chunk);
    AppendPart(ChunkPrefix(at == 0 ? &header : nullptr, data.size()) + data, input);
  }
  return input;
}

void WriteUploads(const fs::path& out) {
  std::string strings(24, '\0');
  strings[8] = 1;
  strings[16] = 3;
  Write(out / "floats", Upload(v1::FLOAT32, {2, 3}, std::string(24, '\1'), 10));
  Write(out / "bools", Upload(v1::BOOL, {5}, std::string("\0\1\1\0\1", 5), 2));
  Write(out / "strings", Upload(v1::STRING, {2}, strings + "abc", 9));
  Write(out / "empty", Upload(v1::INT64, {0, 7}, "", 8));
  Write(out / "complex", Upload(v1::COMPLEX128, {}, std::string(16, '\2'), 100));
}

}  // namespace
}  // namespace eager::fuzz

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: eager-fuzz-file-seeds CORPUS [FOLDER …]\n");
    return 2;
  }
  const std::filesystem::path corpus = argv[1];
  for (int i = 2; i < argc; ++i) eager::fuzz::WriteCheckpoints(corpus / "checkpoint" / "golden", argv[i]);
  eager::fuzz::WriteArrays(corpus / "npy" / "own");
  eager::fuzz::WriteIdx(corpus / "idx" / "own");
  eager::fuzz::WriteCsv(corpus / "csv" / "own");
  eager::fuzz::WriteUploads(corpus / "upload" / "own");
  return 0;
}
