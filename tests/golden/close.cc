// The comparison rule of README.md.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/golden/golden.h"

namespace eager::golden {
namespace {

// "[1,2]": the index of flat element i.
std::string IndexText(const Shape& shape, int64_t i) {
  std::vector<int64_t> index(static_cast<size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    index[axis] = i % shape[axis];
    i /= shape[axis];
  }
  return absl::StrCat("[", absl::StrJoin(index, ","), "]");
}

bool Fail(std::string* why, std::string text) {
  if (why != nullptr) *why = std::move(text);
  return false;
}

bool ElementClose(double got, double want, double allowed) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return got == want;  // else an infinite tolerance would cover everything
  return std::fabs(got - want) <= allowed;
}

std::string NumberText(double x) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", x);
  return text;
}

template <class T>
bool FloatsClose(const HostTensor& got, const HostTensor& want, double rtol, double atol, std::string* why) {
  const int64_t parts = IsComplex(want.dtype()) ? 2 : 1;  // of an element
  const size_t n = static_cast<size_t>(want.num_elements() * parts);
  const T *g = static_cast<const T*>(got.data()), *w = static_cast<const T*>(want.data());
  const auto widen = [](T x) {
    if constexpr (std::is_same_v<T, double>)
      return x;
    else
      return static_cast<double>(static_cast<float>(x));
  };
  for (size_t i = 0; i < n; ++i) {
    const double x = widen(g[i]), y = widen(w[i]);
    const double allowed = atol + rtol * std::fabs(y);
    if (ElementClose(x, y, allowed)) continue;
    return Fail(why,
                absl::StrCat("element ", IndexText(want.shape(), static_cast<int64_t>(i) / parts), ": got ", NumberText(x),
                             ", want ", NumberText(y), " (differs by ", std::fabs(x - y), ", allowed ", allowed, ")"));
  }
  return true;
}

// Bytes of element i, for the types that are compared exactly.
absl::string_view ElementBytes(const HostTensor& t, int64_t i) {
  if (t.dtype() == DType::kString) return t.string_at(i);
  return t.bytes().substr(static_cast<size_t>(i) * SizeOf(t.dtype()), SizeOf(t.dtype()));
}

template <class T>
std::string IntegerText(absl::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return absl::StrCat(+value);  // + makes a number of an int8
}

std::string ExactText(DType dtype, absl::string_view bytes) {
  switch (dtype) {
    case DType::kString:
      return absl::StrCat("\"", bytes, "\"");
    case DType::kBool:
      return bytes[0] != 0 ? "true" : "false";
    case DType::kInt8:
      return IntegerText<int8_t>(bytes);
    case DType::kInt16:
      return IntegerText<int16_t>(bytes);
    case DType::kInt32:
      return IntegerText<int32_t>(bytes);
    case DType::kInt64:
      return IntegerText<int64_t>(bytes);
    case DType::kUint8:
      return IntegerText<uint8_t>(bytes);
    case DType::kUint16:
      return IntegerText<uint16_t>(bytes);
    case DType::kUint32:
      return IntegerText<uint32_t>(bytes);
    case DType::kUint64:
      return IntegerText<uint64_t>(bytes);
    default:
      return "other bytes";
  }
}

bool ExactlyEqual(const HostTensor& got, const HostTensor& want, std::string* why) {
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    const absl::string_view g = ElementBytes(got, i), w = ElementBytes(want, i);
    if (g == w) continue;
    return Fail(why, absl::StrCat("element ", IndexText(want.shape(), i), ": got ", ExactText(got.dtype(), g),
                                  ", want ", ExactText(want.dtype(), w)));
  }
  return true;
}

}  // namespace

bool Close(const HostTensor& got, const HostTensor& want, double rtol, double atol, std::string* why) {
  if (!(got.spec() == want.spec())) {
    return Fail(why, absl::StrCat("got ", got.spec().ToString(), ", want ", want.spec().ToString()));
  }
  switch (want.dtype()) {
    case DType::kInvalid:
      return true;  // neither is a tensor
    case DType::kFloat32:
    case DType::kComplex64:
      return FloatsClose<float>(got, want, rtol, atol, why);
    case DType::kFloat64:
    case DType::kComplex128:
      return FloatsClose<double>(got, want, rtol, atol, why);
    case DType::kFloat16:
      return FloatsClose<Float16>(got, want, rtol, atol, why);
    case DType::kBFloat16:
      return FloatsClose<BFloat16>(got, want, rtol, atol, why);
    default:
      return ExactlyEqual(got, want, why);
  }
}

}  // namespace eager::golden
