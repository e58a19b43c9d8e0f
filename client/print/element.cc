#include "client/print/element.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace eager::print {
namespace {

template <class T>
T At(const HostTensor& tensor, int64_t i) {
  T value;
  std::memcpy(&value, tensor.bytes().data() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
  return value;
}

}  // namespace

FloatKind KindOf(DType dtype) {
  if (dtype == DType::kFloat16) return FloatKind::kHalf;
  return dtype == DType::kFloat32 || dtype == DType::kComplex64 ? FloatKind::kSingle : FloatKind::kDouble;
}

double FloatAt(const HostTensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kFloat16:
      return static_cast<float>(At<Float16>(tensor, i));
    case DType::kBFloat16:
      return static_cast<float>(At<BFloat16>(tensor, i));
    case DType::kFloat32:
      return At<float>(tensor, i);
    default:
      return At<double>(tensor, i);
  }
}

std::complex<double> ComplexAt(const HostTensor& tensor, int64_t i) {
  if (tensor.dtype() == DType::kComplex64) return At<std::complex<float>>(tensor, i);
  return At<std::complex<double>>(tensor, i);
}

bool BoolAt(const HostTensor& tensor, int64_t i) { return At<uint8_t>(tensor, i) != 0; }

std::string IntegerText(const HostTensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DType::kInt8:
      return absl::StrCat(static_cast<int>(At<int8_t>(tensor, i)));
    case DType::kUint8:
      return absl::StrCat(static_cast<int>(At<uint8_t>(tensor, i)));
    case DType::kInt16:
      return absl::StrCat(At<int16_t>(tensor, i));
    case DType::kUint16:
      return absl::StrCat(At<uint16_t>(tensor, i));
    case DType::kInt32:
      return absl::StrCat(At<int32_t>(tensor, i));
    case DType::kUint32:
      return absl::StrCat(At<uint32_t>(tensor, i));
    case DType::kUint64:
      return absl::StrCat(At<uint64_t>(tensor, i));
    default:
      return absl::StrCat(At<int64_t>(tensor, i));
  }
}

std::string BFloat16Text(double value) {
  if (!std::isfinite(value)) return NonFiniteText(value);
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof(text), value, std::chars_format::general, 6).ptr);
}

std::string NonFiniteText(double value) { return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf"; }

std::string BytesRepr(absl::string_view bytes) {
  const bool has_single = bytes.find('\'') != absl::string_view::npos;
  const bool has_double = bytes.find('"') != absl::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out = {'b', quote};
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      out += {'\\', c};
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7f) {
      absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace eager::print
