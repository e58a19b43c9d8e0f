#include "client/print/words.h"

#include <algorithm>

#include "client/print/element.h"
#include "client/print/float_array.h"

namespace eager::print {
namespace {

// fn(i) for every shown i.
template <class Fn>
auto Map(absl::Span<const int64_t> shown, Fn fn) {
  std::vector<decltype(fn(int64_t{}))> out;
  out.reserve(shown.size());
  for (const int64_t i : shown) out.push_back(fn(i));
  return out;
}

std::vector<std::string> FloatWords(const HostTensor& t, absl::Span<const int64_t> shown) {
  const std::vector<double> values = Map(shown, [&](int64_t i) { return FloatAt(t, i); });
  const FloatArrayFormat format(values, KindOf(t.dtype()));
  std::vector<std::string> words;
  for (const double v : values) words.push_back(format(v));
  return words;
}

std::vector<std::string> ComplexWords(const HostTensor& t, absl::Span<const int64_t> shown) {
  const std::vector<double> real = Map(shown, [&](int64_t i) { return ComplexAt(t, i).real(); });
  const std::vector<double> imag = Map(shown, [&](int64_t i) { return ComplexAt(t, i).imag(); });
  const FloatArrayFormat real_format(real, KindOf(t.dtype()));
  const FloatArrayFormat imag_format(imag, KindOf(t.dtype()), /*always_sign=*/true);
  std::vector<std::string> words;
  for (size_t k = 0; k < real.size(); ++k) {
    std::string tail = imag_format(imag[k]);
    tail.insert(tail.find_last_not_of(' ') + 1, 1, 'j');  // the padding stays behind the j
    words.push_back(real_format(real[k]) + tail);
  }
  return words;
}

std::vector<std::string> IntegerWords(const HostTensor& t, absl::Span<const int64_t> shown) {
  std::vector<std::string> words = Map(shown, [&](int64_t i) { return IntegerText(t, i); });
  size_t width = 0;
  for (const std::string& w : words) width = std::max(width, w.size());
  for (std::string& w : words) w.insert(0, width - w.size(), ' ');
  return words;
}

}  // namespace

std::vector<std::string> ElementWords(const HostTensor& tensor, absl::Span<const int64_t> shown) {
  const DType d = tensor.dtype();
  if (d == DType::kString) return Map(shown, [&](int64_t i) { return BytesRepr(tensor.string_at(i)); });
  if (d == DType::kBool)
    return Map(shown, [&](int64_t i) { return std::string(BoolAt(tensor, i) ? " True" : "False"); });
  if (d == DType::kBFloat16) return Map(shown, [&](int64_t i) { return BFloat16Text(FloatAt(tensor, i)); });
  if (IsComplex(d)) return ComplexWords(tensor, shown);
  return IsFloating(d) ? FloatWords(tensor, shown) : IntegerWords(tensor, shown);
}

}  // namespace eager::print
