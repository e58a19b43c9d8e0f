#include "client/data/npy.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/data/input_file.h"
#include "client/data/npy_format.h"
#include "client/data/zip.h"
#include "common/status_macros.h"

namespace eager::np {
namespace {

using data::internal::FileError;
using data::internal::InputFile;
using data::internal::NpySource;
using data::internal::OutputFile;
using data::internal::ZipReader;
using data::internal::ZipWriter;
using eager::internal::ThrowIfError;
using eager::internal::ValueOrThrow;

absl::StatusOr<NDArray> Load(const std::string& path) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  ASSIGN_OR_RETURN(NDArray array, data::internal::ReadNpy(NpySource{
                                      path, [&](void* to, size_t n) { return file.Read(to, n); },
                                      [&](uint64_t n) { return file.CheckPlausible(n); }}));
  RETURN_IF_ERROR(file.ExpectEnd());
  return array;
}

absl::StatusOr<NDArray> LoadEntry(const std::string& name, absl::string_view bytes) {
  const auto check = [&](uint64_t n) {
    if (n <= bytes.size()) return absl::OkStatus();
    return FileError(absl::StatusCode::kDataLoss, name,
                     absl::StrCat("ends early: ", n, " bytes were expected where ", bytes.size(), " are left"));
  };
  const auto read = [&](void* to, size_t n) -> absl::Status {
    RETURN_IF_ERROR(check(n));
    if (n > 0) std::memcpy(to, bytes.data(), n);
    bytes.remove_prefix(n);
    return absl::OkStatus();
  };
  ASSIGN_OR_RETURN(NDArray array, data::internal::ReadNpy(NpySource{name, read, check}));
  if (!bytes.empty()) return FileError(absl::StatusCode::kDataLoss, name, "has more bytes than its header says");
  return array;
}

absl::StatusOr<Arrays> LoadNpz(const std::string& path) {
  ASSIGN_OR_RETURN(const ZipReader zip, ZipReader::Open(path));
  Arrays arrays;
  for (const data::internal::ZipEntry& entry : zip.entries()) {
    if (!absl::EndsWith(entry.name, ".npy")) continue;  // NumPy, too, gives such only as bytes
    ASSIGN_OR_RETURN(const std::string bytes, zip.Read(entry));
    ASSIGN_OR_RETURN(NDArray array, LoadEntry(absl::StrCat(path, ": ", entry.name), bytes));
    arrays.insert_or_assign(entry.name.substr(0, entry.name.size() - 4), std::move(array));
  }
  return arrays;
}

absl::Status Save(const std::string& path, const HostTensor& values) {
  ASSIGN_OR_RETURN(const std::string header, data::internal::NpyHeader(values));
  ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  std::string padded;
  RETURN_IF_ERROR(file.Write(header));
  RETURN_IF_ERROR(file.Write(data::internal::NpyBody(values, padded)));
  return file.Commit();
}

absl::Status SaveNpz(const std::string& path, const Arrays& arrays, bool deflate) {
  ASSIGN_OR_RETURN(OutputFile file, OutputFile::Create(path));
  ZipWriter zip(file);
  for (const auto& [name, array] : arrays) {
    const HostTensor values = array.host();
    ASSIGN_OR_RETURN(std::string bytes, data::internal::NpyHeader(values));
    std::string padded;
    const absl::string_view body = data::internal::NpyBody(values, padded);
    bytes.append(body.data(), body.size());
    RETURN_IF_ERROR(zip.Add(name + ".npy", bytes, deflate));
  }
  RETURN_IF_ERROR(zip.Finish());
  return file.Commit();
}

}  // namespace

NDArray load(const std::string& path, std::source_location where) { return ValueOrThrow(Load(path), where); }
void save(const std::string& path, const NDArray& array, std::source_location where) {
  ThrowIfError(Save(path, array.host()), where);
}
Arrays load_npz(const std::string& path, std::source_location where) { return ValueOrThrow(LoadNpz(path), where); }
void savez(const std::string& path, const Arrays& arrays, std::source_location where) {
  ThrowIfError(SaveNpz(path, arrays, /*deflate=*/false), where);
}
void savez_compressed(const std::string& path, const Arrays& arrays, std::source_location where) {
  ThrowIfError(SaveNpz(path, arrays, /*deflate=*/true), where);
}

}  // namespace eager::np
