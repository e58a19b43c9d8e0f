// What a dataset's elements are: a Tensor, or a pair, tuple or vector of such, and how they lie in a flat list.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "client/tensor.h"

namespace eager::data {

// The dtype and shape that a component of every element has; TensorFlow's TensorSpec.
struct ElementSpec {
  DType dtype = DType::kInvalid;
  std::vector<int64_t> shape;  // -1: an extent that differs among elements, or is not known

  // "TensorSpec(shape=(None, 28, 28), dtype=tf.uint8, name=None)"
  std::string ToString() const;
  friend bool operator==(const ElementSpec&, const ElementSpec&) = default;
};

template <class... Parts>
class Dataset;

namespace internal {

using Tensors = std::vector<Tensor>;  // an element's components, in order

// Element <-> flat list. A vector takes all that is left, so it stands last.
template <class E>
struct Structure {
  static constexpr bool kIs = false;
};
template <>
struct Structure<Tensor> {
  static constexpr bool kIs = true, kOpen = false;
  static void Flatten(const Tensor& e, Tensors& out) { out.push_back(e); }
  static Tensor Take(Tensors& flat, size_t& at) { return std::move(flat[at++]); }
};
template <>
struct Structure<std::vector<Tensor>> {
  static constexpr bool kIs = true, kOpen = true;
  static void Flatten(const std::vector<Tensor>& e, Tensors& out) { out.insert(out.end(), e.begin(), e.end()); }
  static std::vector<Tensor> Take(Tensors& flat, size_t& at) {
    std::vector<Tensor> rest(flat.begin() + static_cast<std::ptrdiff_t>(at), flat.end());
    at = flat.size();
    return rest;
  }
};
template <class Tuple, class... Parts>
struct TupleStructure {
  static constexpr bool kIs = (Structure<Parts>::kIs && ...);
  static constexpr bool kOpen = (Structure<Parts>::kOpen || ...);
  static void Flatten(const Tuple& e, Tensors& out) {
    std::apply([&](const Parts&... part) { (Structure<Parts>::Flatten(part, out), ...); }, e);
  }
  static Tuple Take(Tensors& flat, size_t& at) {
    return Tuple{Structure<Parts>::Take(flat, at)...};  // braces: from left to right
  }
};
template <class A, class B>
struct Structure<std::pair<A, B>> : TupleStructure<std::pair<A, B>, A, B> {
  static_assert(!Structure<A>::kOpen, "a vector of tensors is an element's last part");
};
template <class... Parts>
struct Structure<std::tuple<Parts...>> : TupleStructure<std::tuple<Parts...>, Parts...> {};

template <class E>
Tensors ToFlat(const E& element) {
  Tensors flat;
  Structure<E>::Flatten(element, flat);
  return flat;
}
template <class E>
E FromFlat(Tensors flat) {
  size_t at = 0;
  return Structure<E>::Take(flat, at);
}

// One part is the element itself, two are a pair, more a tuple.
template <class... Parts>
struct ElementOf {
  using Type = std::tuple<Parts...>;
};
template <class A>
struct ElementOf<A> {
  using Type = A;
};
template <class A, class B>
struct ElementOf<A, B> {
  using Type = std::pair<A, B>;
};

// The dataset of such elements.
template <class E>
struct DatasetFor {
  using Type = Dataset<E>;
};
template <class A, class B>
struct DatasetFor<std::pair<A, B>> {
  using Type = Dataset<A, B>;
};
template <class... Parts>
struct DatasetFor<std::tuple<Parts...>> {
  using Type = Dataset<Parts...>;
};
template <class E>
using DatasetOf = typename DatasetFor<E>::Type;

// Calls f with the parts of an element, or with the element where f takes that.
template <class F, class E>
auto CallWith(F& f, const E& element) {
  if constexpr (std::is_invocable_v<F&, const E&>) {
    return f(element);
  } else {
    return std::apply(f, element);
  }
}

}  // namespace internal
}  // namespace eager::data
