// What optimizers' steps share: numbers as TensorFlow computes with them, and one pass over a variable and its slots.
#pragma once

#include <array>
#include <utility>

#include "server/device/cpu/compute.h"
#include "server/kernels/change_together.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/training_rules.h"

namespace eager::server::training {

template <class T>
struct RoundTo {
  float operator()(float x) const { return LoadHalf(Narrow<T>(x)); }
};
template <class T>
struct NumberOf {
  using Type = T;
};
template <>
struct NumberOf<Float16> {
  using Type = Rounded<RoundTo<Float16>>;
};
template <>
struct NumberOf<BFloat16> {
  using Type = Rounded<RoundTo<BFloat16>>;
};
// What rules compute in.
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

// A rule with the values of its scalar inputs.
template <class T, class Rule, class Flag>
Rule MakeRule(const KernelContext& k, Flag flag) {
  std::array<Number<T>, Rule::kScalars> s;
  for (int i = 0; i < Rule::kScalars; ++i) {
    s[static_cast<size_t>(i)] = Load(*k.input(ScalarInput<Rule>(i)).template data<T>());
  }
  return Rule(s.data(), flag);
}

// rule(var, slot, …, grad) for the elements [begin, end).
template <class T, class Rule, size_t... i>
void Loop(const std::array<ChangedVariable, sizeof...(i)>& changed, const T* grad, int64_t begin, int64_t end,
          const Rule& rule, std::index_sequence<i...>) {
  const std::array<const T*, sizeof...(i)> from{static_cast<const T*>(changed[i].from)...};
  const std::array<T*, sizeof...(i)> to{static_cast<T*>(changed[i].to)...};
#pragma GCC ivdep
  for (int64_t e = begin; e < end; ++e) {
    std::array<Number<T>, sizeof...(i)> x{Load(from[i][e])...};
    rule(x[i]..., Load(grad[e]));
    (Store(x[i], to[i][e]), ...);
  }
}

// Replaces each element of the rule's variables as it says.
template <class T, class Rule>
absl::Status Step(KernelContext& k, const Rule& rule) {
  constexpr int64_t kGrain = 1 << 14;
  std::array<ChangedVariable, Rule::kVariables> changed;
  return ChangeTogether(k, absl::MakeSpan(changed), [&] {
    const auto* g = static_cast<const T*>(Rule::kGrad == kNoGrad ? changed[0].from : k.input(Rule::kGrad).raw());
    ParallelFor((*changed[0].value)->num_elements(), kGrain, [&](int64_t begin, int64_t end) {
      Loop(changed, g, begin, end, rule, std::make_index_sequence<Rule::kVariables>());
    });
  });
}

}  // namespace eager::server::training
