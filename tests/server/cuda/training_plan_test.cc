// Optimizers' rules as a GPU's kernel calls them, and how it cuts a step into vectors.
#include "server/kernels/cuda/training_plan.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cpu/training_step.h"

namespace eager::server::cuda {
namespace {

using training::Number;
using training::RuleList;

template <class N, class Rule, size_t... i>
void Call(const Rule& rule, N* x, N grad, std::index_sequence<i...>) {
  rule(x[i]..., grad);
}

bool Same(float a, float b) { return a == b || (a != a && b != b); }
template <class R>
bool Same(training::Rounded<R> a, training::Rounded<R> b) {
  return Same(a.value, b.value);
}

// A flag that is known when the kernel runs gives what one gives that the compiler knows.
template <class T, template <class, class> class Rule>
void ExpectSameForFlag() {
  using N = Number<T>;
  constexpr int kVariables = Rule<N, bool>::kVariables, kScalars = Rule<N, bool>::kScalars;
  std::mt19937 random(3);
  std::uniform_real_distribution<float> number(0.01f, 0.9f);
  for (int turn = 0; turn < 200; ++turn) {
    N scalars[kScalars], x[kVariables];
    for (N& s : scalars) s = N(number(random));
    for (N& v : x) v = N(number(random) * 10);
    const N grad = N(number(random) - 0.5f);
    const auto expect = [&](auto flag) {
      N now[kVariables], then[kVariables];
      std::copy_n(x, kVariables, now);
      std::copy_n(x, kVariables, then);
      constexpr auto kIndices = std::make_index_sequence<kVariables>();
      Call<N>(Rule<N, bool>(scalars, flag), now, grad, kIndices);
      Call<N>(Rule<N, decltype(flag)>(scalars, flag), then, grad, kIndices);
      for (int i = 0; i < kVariables; ++i) EXPECT_TRUE(Same(now[i], then[i])) << Rule<N, bool>::kOp << " " << i;
    };
    expect(std::true_type());
    expect(std::false_type());
  }
}

template <template <class, class> class... Rules>
void ExpectSameForFlags(RuleList<Rules...>) {
  (ExpectSameForFlag<float, Rules>(), ...);
  (ExpectSameForFlag<BFloat16, Rules>(), ...);
  (ExpectSameForFlag<Float16, Rules>(), ...);
}

TEST(TrainingRules, FlagsMayBeKnownLate) { ExpectSameForFlags(training::TrainingRules()); }

TEST(TrainingRules, ScalarsStandAroundTheGradient) {
  using Momentum = training::MomentumRule<float, bool>;
  EXPECT_EQ(training::ScalarInput<Momentum>(0), 2);
  EXPECT_EQ(training::ScalarInput<Momentum>(1), 4);
  using Adam = training::AdamRule<float, bool>;
  for (int i = 0; i < Adam::kScalars; ++i) EXPECT_EQ(training::ScalarInput<Adam>(i), 3 + i);
  using Decay = training::KerasWeightDecayRule<float, bool>;
  EXPECT_EQ(training::ScalarInput<Decay>(0), 1);
  EXPECT_EQ(training::ScalarInput<Decay>(1), 2);
}

TEST(StepArgs, VectorsNeedEveryTensorAligned) {
  alignas(256) static float memory[64];
  StepArgs<float, 2, 1> args{};
  args.from[0] = args.to[0] = memory;
  args.from[1] = args.to[1] = memory + 16;
  args.grad = memory + 32;
  EXPECT_EQ(args.Vectors(11), 2);
  EXPECT_EQ(args.Vectors(3), 0);
  args.grad = memory + 33;
  EXPECT_EQ(args.Vectors(11), 0);
  args.grad = memory + 32;
  args.to[1] = memory + 18;
  EXPECT_EQ(args.Vectors(11), 0);
  EXPECT_EQ(kStepVector<double>, 2);
  EXPECT_EQ(kStepVector<Float16>, 4);
}

}  // namespace
}  // namespace eager::server::cuda
