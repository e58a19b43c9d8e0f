#include "client/data/zip.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "client/data/input_file.h"
#include "common/status_macros.h"

namespace eager::data::internal {
namespace {

constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kLocator64 = 0x07064b50;
constexpr uint32_t kMax32 = 0xFFFFFFFF;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56;
constexpr uint16_t kExtra64 = 1, kVersion64 = 45;
constexpr uint16_t kStored = 0, kDeflated = 8, kEncrypted = 1;

// A little-endian number; the caller has checked that it is there.
template <class T>
T Get(absl::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}
template <class T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

uint32_t Crc(absl::string_view bytes) {
  uLong crc = crc32(0, nullptr, 0);
  for (size_t at = 0; at < bytes.size();) {
    const size_t n = std::min<size_t>(bytes.size() - at, 1 << 30);
    crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes.data() + at), static_cast<uInt>(n));
    at += n;
  }
  return static_cast<uint32_t>(crc);
}

// Runs zlib's inflate or deflate over `in`; false if the data is broken, or longer than `limit`.
template <class Step>
bool RunStream(z_stream& stream, absl::string_view in, std::string& out, size_t limit, Step step) {
  size_t fed = 0, made = 0;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    if (stream.avail_in == 0 && fed < in.size()) {
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data() + fed));
      stream.avail_in = static_cast<uInt>(std::min<size_t>(in.size() - fed, 1 << 30));
      fed += stream.avail_in;
    }
    if (made == out.size()) out.resize(std::min(limit, made + std::max<size_t>(made, 1 << 16)));
    if (made == out.size()) return false;
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
    stream.avail_out = static_cast<uInt>(std::min<size_t>(out.size() - made, 1 << 30));
    const uInt room = stream.avail_out;
    code = step(stream, fed == in.size() ? Z_FINISH : Z_NO_FLUSH);
    made += room - stream.avail_out;
    if (code == Z_BUF_ERROR && stream.avail_out == 0) continue;  // room is all that was missing
    if (code != Z_OK && code != Z_STREAM_END) return false;
  }
  out.resize(made);
  return true;
}

bool Inflate(absl::string_view packed, std::string& out, size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  // One byte of room more shows who is longer than declared; what is declared is not yet believed.
  out.resize(std::min(size + 1, 4 * packed.size() + 4096));
  const bool done = RunStream(stream, packed, out, size + 1, [](z_stream& s, int flush) {
    return inflate(&s, flush == Z_FINISH ? Z_SYNC_FLUSH : flush);
  });
  inflateEnd(&stream);
  return done && out.size() == size;
}

bool Deflate(absl::string_view bytes, std::string& out) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  const bool done = RunStream(stream, bytes, out, SIZE_MAX, [](z_stream& s, int flush) { return deflate(&s, flush); });
  deflateEnd(&stream);
  return done;
}

}  // namespace

absl::Status ZipReader::Broken(absl::string_view why) const {
  return FileError(absl::StatusCode::kDataLoss, path_, absl::StrCat("the zip archive is broken: ", why));
}

absl::StatusOr<ZipReader> ZipReader::Open(const std::string& path) {
  ZipReader zip;
  zip.path_ = path;
  zip.file_.reset(std::fopen(path.c_str(), "rb"));
  if (zip.file_ == nullptr) return FileError(absl::StatusCode::kNotFound, path, std::strerror(errno));
  if (fseeko(zip.file_.get(), 0, SEEK_END) != 0)
    return FileError(absl::StatusCode::kInvalidArgument, path, std::strerror(errno));
  zip.file_size_ = static_cast<uint64_t>(std::max<off_t>(ftello(zip.file_.get()), 0));
  RETURN_IF_ERROR(zip.ReadDirectory());
  return zip;
}

absl::StatusOr<std::string> ZipReader::Bytes(uint64_t offset, uint64_t n) const {
  if (offset > file_size_ || n > file_size_ - offset) return Broken("a part lies beyond the end of the file");
  std::string bytes(n, '\0');
  if (fseeko(file_.get(), static_cast<off_t>(offset), SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, n, file_.get()) != n) {
    return Broken("it cannot be read to its end");
  }
  return bytes;
}

absl::Status ZipReader::ReadDirectory() {
  // The directory's place is told at the end, in front of a comment of up to 64 KiB.
  const uint64_t tail_size = std::min<uint64_t>(file_size_, kEndSize + 0xFFFF);
  ASSIGN_OR_RETURN(const std::string tail, Bytes(file_size_ - tail_size, tail_size));
  size_t at = tail.size();
  while (at >= kEndSize && Get<uint32_t>(tail, at - kEndSize) != kEnd) --at;
  if (at < kEndSize)
    return FileError(absl::StatusCode::kInvalidArgument, path_, "this is no zip archive, or it is cut off");
  const size_t end = at - kEndSize;
  uint64_t count = Get<uint16_t>(tail, end + 10), size = Get<uint32_t>(tail, end + 12),
           offset = Get<uint32_t>(tail, end + 16);
  if (end >= kLocatorSize && Get<uint32_t>(tail, end - kLocatorSize) == kLocator64) {
    ASSIGN_OR_RETURN(const std::string end64, Bytes(Get<uint64_t>(tail, end - kLocatorSize + 8), kEnd64Size));
    if (Get<uint32_t>(end64, 0) != kEnd64) return Broken("its 64-bit end record is not where it should be");
    count = Get<uint64_t>(end64, 32);
    size = Get<uint64_t>(end64, 40);
    offset = Get<uint64_t>(end64, 48);
  }
  ASSIGN_OR_RETURN(const std::string directory, Bytes(offset, size));
  at = 0;
  uint64_t packed = 0, unpacked = 0;  // of all entries
  for (uint64_t i = 0; i < count; ++i) {
    if (directory.size() - at < kCentralSize || Get<uint32_t>(directory, at) != kCentral)
      return Broken("its directory is cut off");
    const absl::string_view head = absl::string_view(directory).substr(at, kCentralSize);
    const size_t name = Get<uint16_t>(head, 28), extra = Get<uint16_t>(head, 30), comment = Get<uint16_t>(head, 32);
    if (directory.size() - at - kCentralSize < name + extra + comment) return Broken("its directory is cut off");
    ZipEntry entry{std::string(directory, at + kCentralSize, name), Get<uint16_t>(head, 8), Get<uint16_t>(head, 10),
                   Get<uint32_t>(head, 16), Get<uint32_t>(head, 20), Get<uint32_t>(head, 24), Get<uint32_t>(head, 42)};
    // 64-bit values follow for the fields that say so, in this order.
    const absl::string_view more = absl::string_view(directory).substr(at + kCentralSize + name, extra);
    for (size_t e = 0; e + 4 <= more.size();) {
      const size_t length = Get<uint16_t>(more, e + 2);
      if (more.size() - e - 4 < length) break;
      if (Get<uint16_t>(more, e) == kExtra64) {
        size_t v = e + 4;
        for (uint64_t* field : {&entry.size, &entry.packed_size, &entry.offset}) {
          if (*field != kMax32 || v + 8 > e + 4 + length) continue;
          *field = Get<uint64_t>(more, v);
          v += 8;
        }
      }
      e += 4 + length;
    }
    packed += kLocalSize + entry.packed_size;
    if (entry.packed_size > file_size_ || packed > file_size_) return Broken("its entries lie over each other");
    const bool overflow = entry.method == kDeflated && __builtin_add_overflow(unpacked, entry.size, &unpacked);
    if (overflow || unpacked > MostUnpacked(file_size_)) {
      return FileError(absl::StatusCode::kResourceExhausted, path_,
                       absl::StrCat("its ", file_size_, " bytes unpack to more than ", MostUnpacked(file_size_),
                                    ", which only a file made to fill memory should do: unzip it first if it is to be trusted"));
    }
    entries_.push_back(std::move(entry));
    at += kCentralSize + name + extra + comment;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ZipReader::Read(const ZipEntry& entry) const {
  const auto broken = [&](absl::string_view why) { return Broken(absl::StrCat("'", entry.name, "' ", why)); };
  if ((entry.flags & kEncrypted) != 0 || (entry.method != kStored && entry.method != kDeflated)) {
    return FileError(absl::StatusCode::kUnimplemented, path_,
                     absl::StrCat("'", entry.name, "' is encrypted or packed by other means than deflate"));
  }
  ASSIGN_OR_RETURN(const std::string local, Bytes(entry.offset, kLocalSize));
  if (Get<uint32_t>(local, 0) != kLocal) return broken("is not where the directory says");
  const uint64_t start = entry.offset + kLocalSize + Get<uint16_t>(local, 26) + Get<uint16_t>(local, 28);
  ASSIGN_OR_RETURN(std::string bytes, Bytes(start, entry.packed_size));
  if (entry.method == kStored) {
    if (bytes.size() != entry.size) return broken("has another size than the directory says");
  } else {
    constexpr uint64_t kBestRatio = 1032;  // deflate's; more is a broken header
    if (entry.size / kBestRatio > bytes.size()) return broken("claims to be larger than it can be");
    std::string packed = std::move(bytes);
    bytes = std::string();
    if (!Inflate(packed, bytes, entry.size)) return broken("does not unpack");
  }
  if (Crc(bytes) != entry.crc) return broken("has a wrong checksum");
  return bytes;
}

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path) {
  OutputFile out;
  out.path_ = path;
  out.temporary_ = path + ".tmpXXXXXX";
  const int fd = mkstemp(out.temporary_.data());
  if (fd < 0) {
    out.temporary_.clear();
    return out.Failed();
  }
  // What any new file gets: mkstemp's is for its owner alone.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  out.file_.reset(fdopen(fd, "wb"));
  return out;
}

OutputFile::~OutputFile() {
  if (file_ != nullptr) unlink(temporary_.c_str());
}

absl::Status OutputFile::Failed() const {
  const auto code = errno == ENOSPC ? absl::StatusCode::kResourceExhausted
                    : errno == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kPermissionDenied;
  return FileError(code, path_, absl::StrCat("cannot be written: ", std::strerror(errno)));
}

absl::Status OutputFile::Write(absl::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) return Failed();
  written_ += bytes.size();
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0) return Failed();
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return Failed();
  file_.reset();
  return absl::OkStatus();
}

namespace {

// The fields that local header and directory share, from the version needed on.
std::string SharedFields(const ZipEntry& e) {
  const bool big = e.size >= kMax32 || e.packed_size >= kMax32;
  std::string out;
  Put<uint16_t>(out, kVersion64);
  Put<uint16_t>(out, 0);
  Put<uint16_t>(out, e.method);
  Put<uint32_t>(out, 0x00210000);  // 1980-01-01, as NumPy writes it: equal arrays give equal files
  Put<uint32_t>(out, e.crc);
  Put<uint32_t>(out, big ? kMax32 : static_cast<uint32_t>(e.packed_size));
  Put<uint32_t>(out, big ? kMax32 : static_cast<uint32_t>(e.size));
  Put<uint16_t>(out, static_cast<uint16_t>(e.name.size()));
  return out;
}

// The 64-bit extra field; empty where 32 bits do.
std::string Extra64(const ZipEntry& e, bool with_offset) {
  std::string values;
  if (e.size >= kMax32 || e.packed_size >= kMax32) {
    Put<uint64_t>(values, e.size);
    Put<uint64_t>(values, e.packed_size);
  }
  if (with_offset && e.offset >= kMax32) Put<uint64_t>(values, e.offset);
  if (values.empty()) return values;
  std::string out;
  Put<uint16_t>(out, kExtra64);
  Put<uint16_t>(out, static_cast<uint16_t>(values.size()));
  return out + values;
}

}  // namespace

absl::Status ZipWriter::Add(const std::string& name, absl::string_view bytes, bool deflate) {
  if (name.size() > 0xFFFF) return absl::InvalidArgumentError("an array's name is longer than a zip archive holds");
  std::string packed;
  if (deflate && !Deflate(bytes, packed)) return absl::InternalError("zlib cannot deflate");
  const absl::string_view body = deflate ? absl::string_view(packed) : bytes;
  ZipEntry entry{name, 0, deflate ? kDeflated : kStored, Crc(bytes), body.size(), bytes.size(), file_.written()};
  const std::string extra = Extra64(entry, /*with_offset=*/false);
  std::string head;
  Put(head, kLocal);
  head += SharedFields(entry);
  Put<uint16_t>(head, static_cast<uint16_t>(extra.size()));
  RETURN_IF_ERROR(file_.Write(head + name + extra));
  RETURN_IF_ERROR(file_.Write(body));
  entries_.push_back(std::move(entry));
  return absl::OkStatus();
}

absl::Status ZipWriter::Finish() {
  const uint64_t offset = file_.written();
  for (const ZipEntry& e : entries_) {
    const std::string extra = Extra64(e, /*with_offset=*/true);
    std::string head;
    Put(head, kCentral);
    Put<uint16_t>(head, kVersion64);
    head += SharedFields(e);
    Put<uint16_t>(head, static_cast<uint16_t>(extra.size()));
    head.append(10, '\0');  // no comment, disk 0, no attributes
    Put<uint32_t>(head, static_cast<uint32_t>(std::min<uint64_t>(e.offset, kMax32)));
    RETURN_IF_ERROR(file_.Write(head + e.name + extra));
  }
  const uint64_t size = file_.written() - offset, count = entries_.size();
  std::string end;
  if (offset >= kMax32 || size >= kMax32 || count >= 0xFFFF) {
    const uint64_t end64 = file_.written();
    Put(end, kEnd64);
    Put<uint64_t>(end, kEnd64Size - 12);
    Put<uint16_t>(end, kVersion64);
    Put<uint16_t>(end, kVersion64);
    Put<uint64_t>(end, 0);  // disks
    for (uint64_t v : {count, count, size, offset}) Put<uint64_t>(end, v);
    Put(end, kLocator64);
    Put<uint32_t>(end, 0);
    Put<uint64_t>(end, end64);
    Put<uint32_t>(end, 1);
  }
  Put(end, kEnd);
  Put<uint32_t>(end, 0);
  const auto count16 = static_cast<uint16_t>(std::min<uint64_t>(count, 0xFFFF));
  Put<uint16_t>(end, count16);
  Put<uint16_t>(end, count16);
  Put<uint32_t>(end, static_cast<uint32_t>(std::min<uint64_t>(size, kMax32)));
  Put<uint32_t>(end, static_cast<uint32_t>(std::min<uint64_t>(offset, kMax32)));
  Put<uint16_t>(end, 0);
  return file_.Write(end);
}

}  // namespace eager::data::internal
