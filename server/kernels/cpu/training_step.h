// What optimizers' steps share: numbers as TensorFlow computes with them, and one pass over a variable and its slots.
#pragma once

#include <array>
#include <cmath>
#include <utility>

#include "absl/functional/function_ref.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/variable.h"

namespace eager::server::training {

// A 16-bit float that is computed with as TensorFlow does: in float, and rounded after every operation.
template <class T>
struct Rounded {
  Rounded() = default;
  explicit Rounded(float x) : value(LoadHalf(Narrow<T>(x))) {}
  friend Rounded operator+(Rounded a, Rounded b) { return Rounded(a.value + b.value); }
  friend Rounded operator-(Rounded a, Rounded b) { return Rounded(a.value - b.value); }
  friend Rounded operator*(Rounded a, Rounded b) { return Rounded(a.value * b.value); }
  friend Rounded operator/(Rounded a, Rounded b) { return Rounded(a.value / b.value); }
  friend bool operator<(Rounded a, Rounded b) { return a.value < b.value; }
  float value = 0;
};

template <class T>
struct NumberOf {
  using Type = T;
};
template <>
struct NumberOf<Float16> {
  using Type = Rounded<Float16>;
};
template <>
struct NumberOf<BFloat16> {
  using Type = Rounded<BFloat16>;
};
// What the rules below compute in.
template <class T>
using Number = typename NumberOf<T>::Type;

template <class T>
Number<T> Load(T x) {
  if constexpr (kIsHalf<T>) {
    Number<T> n;
    n.value = LoadHalf(x);
    return n;
  } else {
    return x;
  }
}
template <class T>
void Store(Number<T> n, T& x) {
  if constexpr (kIsHalf<T>) {
    StoreHalf(n.value, x);
  } else {
    x = n;
  }
}

template <class N>
N Sqrt(N x) {
  if constexpr (std::is_floating_point_v<N>) {
    return std::sqrt(x);
  } else {
    return N(std::sqrt(x.value));
  }
}
template <class N>
N Abs(N x) {
  return x < N(0) ? N(0) - x : x;
}
template <class N>
N Max(N x, N y) {
  return x < y ? y : x;
}

// The values of `n` scalar inputs from input `first` on.
template <class T, size_t n>
std::array<Number<T>, n> Scalars(const KernelContext& k, int first) {
  std::array<Number<T>, n> values;
  for (size_t i = 0; i < n; ++i) values[i] = Load(*k.input(first + static_cast<int>(i)).template data<T>());
  return values;
}

// A variable that a step changes.
struct Place {
  Variable* variable = nullptr;
  TensorRef* value = nullptr;
  TensorRef next;  // null: the step writes over the value
  const void* from = nullptr;
  void* to = nullptr;
};

// Runs `step` while nobody else reads or writes the variables of the first inputs, whose values it reads at `from` and
// writes at `to`. If it cannot run, nothing was changed.
absl::Status ChangeTogether(KernelContext& k, absl::Span<Place> places, absl::FunctionRef<void()> step);

// rule(var, slot, …, grad) for the elements [begin, end).
template <class T, class Rule, size_t... i>
void Loop(const std::array<Place, sizeof...(i)>& places, const T* grad, int64_t begin, int64_t end, const Rule& rule,
          std::index_sequence<i...>) {
  const std::array<const T*, sizeof...(i)> from{static_cast<const T*>(places[i].from)...};
  const std::array<T*, sizeof...(i)> to{static_cast<T*>(places[i].to)...};
#pragma GCC ivdep
  for (int64_t e = begin; e < end; ++e) {
    std::array<Number<T>, sizeof...(i)> x{Load(from[i][e])...};
    rule(x[i]..., Load(grad[e]));
    (Store(x[i], to[i][e]), ...);
  }
}

// Replaces each element of the first `n` inputs' variables as the rule says. Input `grad` has the gradient; kNoGrad: the
// rule is given anything.
constexpr int kNoGrad = -1;
template <class T, size_t n, class Rule>
absl::Status Step(KernelContext& k, int grad, const Rule& rule) {
  constexpr int64_t kGrain = 1 << 14;
  std::array<Place, n> places;
  return ChangeTogether(k, absl::MakeSpan(places), [&] {
    const T* g = grad == kNoGrad ? static_cast<const T*>(places[0].from) : k.input(grad).data<T>();
    ParallelFor((*places[0].value)->num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      Loop(places, g, begin, end, rule, std::make_index_sequence<n>());
    });
  });
}

}  // namespace eager::server::training
