#include "client/data/idx.h"

#include <sys/stat.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/data/input_file.h"
#include "common/status_macros.h"

namespace eager::data {
namespace {

using internal::FileError;
using internal::InputFile;

DType TypeOfCode(uint8_t code) {
  switch (code) {
    case 0x08: return DType::kUint8;
    case 0x09: return DType::kInt8;
    case 0x0B: return DType::kInt16;
    case 0x0C: return DType::kInt32;
    case 0x0D: return DType::kFloat32;
    case 0x0E: return DType::kFloat64;
    default: return DType::kInvalid;
  }
}

// Magic {0, 0, type, rank}, extents as big-endian uint32, then the elements, big-endian.
absl::StatusOr<HostTensor> ReadIdx(const std::string& path) {
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  uint8_t magic[4];
  RETURN_IF_ERROR(file.Read(magic, sizeof(magic)));
  const DType dtype = TypeOfCode(magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || dtype == DType::kInvalid) {
    return FileError(absl::StatusCode::kInvalidArgument, path, "this is no IDX file: its magic number is wrong");
  }
  std::vector<int64_t> dims(magic[3]);
  for (int64_t& d : dims) {
    uint8_t b[4];
    RETURN_IF_ERROR(file.Read(b, sizeof(b)));
    d = int64_t{b[0]} << 24 | int64_t{b[1]} << 16 | int64_t{b[2]} << 8 | b[3];
  }
  ASSIGN_OR_RETURN(HostTensor values, internal::MakeTensor(dtype, dims, file));
  RETURN_IF_ERROR(file.Read(values.data(), values.num_bytes()));
  RETURN_IF_ERROR(file.ExpectEnd());
  internal::SwapBytes(static_cast<char*>(values.data()), values.num_bytes(), SizeOf(dtype));
  return values;
}

NDArray LoadPlainOrGzip(const std::string& path, std::source_location where) {
  struct stat info {};
  return load_idx(stat(path.c_str(), &info) == 0 ? path : path + ".gz", where);
}

LabelledImages LoadPart(const std::string& prefix, std::source_location where) {
  LabelledImages part{LoadPlainOrGzip(prefix + "-images-idx3-ubyte", where),
                      LoadPlainOrGzip(prefix + "-labels-idx1-ubyte", where)};
  if (part.images.rank() != 3 || part.labels.rank() != 1 || part.images.shape()[0] != part.labels.shape()[0]) {
    throw Error(absl::InvalidArgumentError(absl::StrCat(prefix, ": images of shape ", part.images.shape().ToTuple(),
                                                        " and labels of shape ", part.labels.shape().ToTuple(),
                                                        " do not belong together")),
                where);
  }
  return part;
}

}  // namespace

NDArray load_idx(const std::string& path, std::source_location where) {
  return eager::internal::ValueOrThrow(ReadIdx(path), where);
}

Mnist load_mnist(const std::string& folder, std::source_location where) {
  return {LoadPart(folder + "/train", where), LoadPart(folder + "/t10k", where)};
}

}  // namespace eager::data
