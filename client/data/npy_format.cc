#include "client/data/npy_format.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "client/data/input_file.h"
#include "common/status_macros.h"

namespace eager::data::internal {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = 6, kAlign = 64;
constexpr uint32_t kMaxHeader = 1 << 20;

struct Row {
  char kind;
  size_t size;
  DType dtype;
};
constexpr Row kTypes[] = {
    {'b', 1, DType::kBool},    {'i', 1, DType::kInt8},     {'i', 2, DType::kInt16},   {'i', 4, DType::kInt32},
    {'i', 8, DType::kInt64},   {'u', 1, DType::kUint8},    {'u', 2, DType::kUint16},  {'u', 4, DType::kUint32},
    {'u', 8, DType::kUint64},  {'f', 2, DType::kFloat16},  {'f', 4, DType::kFloat32}, {'f', 8, DType::kFloat64},
    {'c', 8, DType::kComplex64}, {'c', 16, DType::kComplex128},
};

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
  bool has_descr = false, has_order = false, has_shape = false;
};

// The header is a Python dict, written out: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  explicit HeaderParser(absl::string_view text) : text_(text) {}

  // False if it is not of that form.
  bool Parse(Header& h) {
    if (!Eat('{')) return false;
    while (!Eat('}')) {
      std::string key;
      if (!String(key) || !Eat(':')) return false;
      if (key == "descr") {
        h.has_descr = true;
        if (Peek() == '[') {  // a list of fields
          h.descr.assign(1, '[');
          if (!SkipList()) return false;
        } else if (!String(h.descr)) {
          return false;
        }
      } else if (key == "fortran_order") {
        h.has_order = true;
        h.fortran_order = Word("True");
        if (!h.fortran_order && !Word("False")) return false;
      } else if (key == "shape") {
        h.has_shape = true;
        if (!Tuple(h.shape)) return false;
      } else {
        return false;
      }
      Eat(',');
    }
    return Peek() == '\0' && h.has_descr && h.has_order && h.has_shape;
  }

 private:
  char Peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Eat(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool Word(absl::string_view word) {
    Peek();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool String(std::string& out) {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return false;
    const size_t end = text_.find(quote, at_ + 1);
    if (end == absl::string_view::npos) return false;
    out = std::string(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return true;
  }
  bool SkipList() {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '[') ++depth;
      if (text_[at_] == ']' && --depth == 0) {
        ++at_;
        return true;
      }
    }
    return false;
  }
  bool Tuple(std::vector<int64_t>& out) {
    if (!Eat('(')) return false;
    out.clear();  // of two the last one counts, as in Python
    while (!Eat(')')) {
      Peek();
      int64_t extent = 0;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), extent);
      if (error != std::errc()) return false;
      at_ += static_cast<size_t>(end - begin);
      Eat('L');  // Python 2 wrote it after large numbers
      out.push_back(extent);
      if (!Eat(',') && Peek() != ')') return false;
    }
    return true;
  }

  absl::string_view text_;
  size_t at_ = 0;
};

void AppendUtf8(uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
}

// Appends characters of four bytes each, without the NULs behind them, as UTF-8; false for what is no character.
bool AppendText(absl::string_view raw, std::string& out) {
  std::vector<uint32_t> chars(raw.size() / sizeof(uint32_t));
  if (!raw.empty()) std::memcpy(chars.data(), raw.data(), raw.size());
  while (!chars.empty() && chars.back() == 0) chars.pop_back();
  for (const uint32_t c : chars) {
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
    AppendUtf8(c, out);
  }
  return true;
}

// One array's values from its source.
class Reader {
 public:
  explicit Reader(const NpySource& source) : source_(source) {}

  absl::StatusOr<NDArray> Read() {
    RETURN_IF_ERROR(ReadHeader());
    std::vector<int64_t> dims = header_.shape;
    // Fortran's order is the row-major order of the axes turned around.
    if (header_.fortran_order) std::reverse(dims.begin(), dims.end());
    const absl::StatusOr<Shape> shape = Shape::Make(dims);
    if (!shape.ok()) return Invalid("its header asks for an impossible shape");
    ASSIGN_OR_RETURN(HostTensor values, ReadValues(*shape));
    const NDArray array(std::move(values));
    return header_.fortran_order ? array.transpose() : array;
  }

 private:
  absl::Status Invalid(const std::string& message) const {
    return FileError(absl::StatusCode::kInvalidArgument, source_.name, message);
  }

  absl::Status ReadHeader() {
    char start[kMagicSize + 2];
    RETURN_IF_ERROR(source_.read(start, sizeof(start)));
    if (std::memcmp(start, "PK\3\4", 4) == 0) return Invalid("this is an archive of arrays: load_npz reads it");
    if (std::memcmp(start, kMagic, kMagicSize) != 0) return Invalid("this is no .npy file");
    const int version = start[kMagicSize];
    if (version < 1 || version > 3)
      return Invalid(absl::StrCat("is of format version ", version, ", known are 1 to 3"));
    uint32_t length = 0;
    RETURN_IF_ERROR(source_.read(&length, version == 1 ? 2 : 4));
    if (length > kMaxHeader) return Invalid("its header is absurdly long");
    std::string text(length, '\0');
    RETURN_IF_ERROR(source_.read(text.data(), text.size()));
    if (!HeaderParser(text).Parse(header_)) return Invalid("its header is not of the form that NumPy writes");
    return absl::OkStatus();
  }

  absl::StatusOr<HostTensor> ReadValues(const Shape& shape) {
    const absl::string_view d = header_.descr;
    size_t width = 0;
    const bool sized = d.size() >= 3 && absl::string_view("<>|=").find(d[0]) != absl::string_view::npos &&
                       std::from_chars(d.data() + 2, d.data() + d.size(), width).ptr == d.data() + d.size();
    const char kind = sized ? d[1] : ' ';
    const bool big_endian = sized && d[0] == '>';
    for (const Row& row : kTypes) {
      if (row.kind == kind && row.size == width) return ReadNumbers({row.dtype, shape}, big_endian);
    }
    if (sized && (kind == 'S' || kind == 'U')) return ReadStrings(shape, width, kind == 'U', big_endian);
    const bool objects = d.size() >= 2 && d[1] == 'O';
    return FileError(absl::StatusCode::kUnimplemented, source_.name,
                     objects
                         ? "holds Python objects, a pickle, which would run code to be read: save it with another dtype"
                     : d == "[" ? "holds records (a structured dtype): save their fields one by one"
                                : absl::StrCat("its dtype '", d, "' has no counterpart here"));
  }

  absl::StatusOr<HostTensor> ReadNumbers(const TensorSpec& spec, bool big_endian) {
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<uint64_t>(spec.shape.num_elements()), SizeOf(spec.dtype), &bytes)) {
      return Invalid("its header asks for an impossible shape");
    }
    RETURN_IF_ERROR(source_.check_plausible(bytes));
    HostTensor values(spec, /*zero=*/false);
    RETURN_IF_ERROR(source_.read(values.data(), values.num_bytes()));
    char* data = static_cast<char*>(values.data());
    if (big_endian) SwapBytes(data, values.num_bytes(), SizeOf(spec.dtype) / (IsComplex(spec.dtype) ? 2 : 1));
    if (spec.dtype == DType::kBool)
      std::transform(data, data + values.num_bytes(), data, [](char c) { return c != 0; });
    return values;
  }

  // Texts of `width` bytes, or characters of four bytes each, with NULs behind them.
  absl::StatusOr<HostTensor> ReadStrings(const Shape& shape, size_t width, bool unicode, bool big_endian) {
    uint64_t bytes = 0, each = 0;
    if (__builtin_mul_overflow(width, unicode ? size_t{4} : size_t{1}, &each) ||
        __builtin_mul_overflow(static_cast<uint64_t>(shape.num_elements()), each, &bytes)) {
      return Invalid("its header asks for an impossible shape");
    }
    RETURN_IF_ERROR(source_.check_plausible(bytes));
    // Of empty texts the file would not show how many there are.
    const int64_t n = shape.num_elements();
    constexpr int64_t kMostEmpty = 1 << 20;
    if (each == 0 && n > kMostEmpty) return Invalid("its header asks for an impossible shape");
    std::string chars, raw(n == 0 ? 0 : each, '\0');
    std::vector<uint64_t> ends = {0};
    for (int64_t i = 0; i < n; ++i) {
      RETURN_IF_ERROR(source_.read(raw.data(), raw.size()));
      if (!unicode) {
        chars.append(raw, 0, raw.find_last_not_of('\0') + 1);
      } else {
        if (big_endian) SwapBytes(raw.data(), raw.size(), 4);
        if (!AppendText(raw, chars)) return Invalid("a text in it has a character that Unicode does not know");
      }
      ends.push_back(chars.size());
    }
    const size_t head = ends.size() * sizeof(uint64_t);
    HostTensor values = HostTensor::Uninitialized({DType::kString, shape}, head + chars.size());
    std::memcpy(values.data(), ends.data(), head);
    if (!chars.empty()) std::memcpy(static_cast<char*>(values.data()) + head, chars.data(), chars.size());
    return values;
  }

  const NpySource& source_;
  Header header_;
};

size_t LongestText(const HostTensor& values) {
  size_t longest = 1;
  for (int64_t i = 0; i < values.num_elements(); ++i) longest = std::max(longest, values.string_at(i).size());
  return longest;
}

}  // namespace

absl::StatusOr<NDArray> ReadNpy(const NpySource& source) { return Reader(source).Read(); }

absl::StatusOr<std::string> NpyHeader(const HostTensor& values) {
  std::string descr;
  for (const Row& row : kTypes) {
    if (row.dtype == values.dtype())
      descr = absl::StrCat(row.size == 1 ? "|" : "<", absl::string_view(&row.kind, 1), row.size);
  }
  if (values.dtype() == DType::kString) {
    for (int64_t i = 0; i < values.num_elements(); ++i) {
      const absl::string_view text = values.string_at(i);
      if (!text.empty() && text.back() == '\0') {
        return absl::InvalidArgumentError(absl::StrCat("string ", i, " ends with a NUL, which NumPy would drop"));
      }
    }
    descr = absl::StrCat("|S", LongestText(values));
  }
  if (descr.empty())
    return absl::InvalidArgumentError(absl::StrCat("NumPy has no ", Name(values.dtype()), ": cast it first"));
  std::string text =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': ", values.shape().ToTuple(), ", }");
  const size_t head = kMagicSize + 4;
  text.append(kAlign - 1 - (head + text.size()) % kAlign, ' ');
  text += '\n';
  if (text.size() > 0xFFFF) return absl::InvalidArgumentError("the array has too many axes for a .npy file");
  const auto length = static_cast<uint16_t>(text.size());
  std::string out(kMagic, kMagicSize);
  out += {'\1', '\0', static_cast<char>(length & 0xFF), static_cast<char>(length >> 8)};
  return absl::StrCat(out, text);
}

absl::string_view NpyBody(const HostTensor& values, std::string& padded) {
  if (values.dtype() != DType::kString) return values.bytes();
  const size_t width = LongestText(values);
  for (int64_t i = 0; i < values.num_elements(); ++i) {
    const absl::string_view text = values.string_at(i);
    padded.append(text.data(), text.size());
    padded.append(width - text.size(), '\0');
  }
  return padded;
}

}  // namespace eager::data::internal
