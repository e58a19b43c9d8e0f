#include "client/custom_gradient.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "client/context.h"
#include "client/gradient_tape.h"
#include "client/math.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

class CustomGradient : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = testing::InProcessServer::Make();
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::unique_ptr<testing::InProcessServer> server_;
};

template <class F>
absl::Status Thrown(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.status();
  }
  return absl::OkStatus();
}

// The guide's: forward 3 x x, gradient dy * forward.
TEST_F(CustomGradient, TheGuidesExamples) {
  std::vector<float> forwards, upstreams;
  auto custom = custom_gradient([&](const Tensor& x) {
    Tensor forward = 3 * x * x;
    forwards.push_back(float(forward));
    return std::pair(forward, [&upstreams, forward](const Tensor& dy) {
      upstreams.push_back(float(dy));
      return dy * forward;
    });
  });
  const Tensor x = constant(10.0f);
  {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = custom(x);
    EXPECT_EQ(float(*tape.gradient(y, x)), 300.0f);
  }
  {
    GradientTape tape;
    tape.watch(x);
    Tensor y = custom(x);
    y = y * y;
    EXPECT_EQ(float(y), 90000.0f);
    EXPECT_EQ(float(*tape.gradient(y, x)), 180000.0f);
  }
  EXPECT_EQ(forwards, (std::vector<float>{300, 300}));
  EXPECT_EQ(upstreams, (std::vector<float>{1, 600}));
}

// log(1 + exp(x)) by the formula that does not overflow, to the second order.
TEST_F(CustomGradient, IsTapedAgain) {
  auto log1pexp = custom_gradient([](const Tensor& x) {
    const Tensor e = exp(x);
    return std::pair(log(1 + e), [e](const Tensor& dy) { return dy * (1 - 1 / (1 + e)); });
  });
  for (const float at : {0.0f, 1.0f, -2.0f}) {
    const Tensor x = constant(at);
    GradientTape outer;
    outer.watch(x);
    GradientTape inner;
    inner.watch(x);
    const Tensor y = log1pexp(x);
    const Tensor first = *inner.gradient(y, x);
    const Tensor second = *outer.gradient(first, x);
    const double s = 1 / (1 + std::exp(-static_cast<double>(at)));
    EXPECT_NEAR(double(first), s, 1e-6);
    EXPECT_NEAR(double(second), s * (1 - s), 1e-6);
  }
}

TEST_F(CustomGradient, SeveralInputsAndOutputs) {
  auto f = custom_gradient([](const Tensor& a, const Tensor& b) {
    return std::pair(std::vector<Tensor>{a * b, a + b, a - b}, [=](const std::vector<Tensor>& dy) {
      return std::tuple(dy[0] * b + 10 * dy[1] + 100 * dy[2], dy[0] * a);
    });
  });
  const Tensor a = constant(2.0f), b = constant(3.0f);
  GradientTape tape({.persistent = true});
  tape.watch(a);
  tape.watch(b);
  const std::vector<Tensor> y = f(a, b);
  ASSERT_EQ(y.size(), 3u);
  tape.stop();
  const auto of_first = tape.gradient(y[0], {a, b});
  EXPECT_EQ(float(*of_first[0]), 3.0f);  // zeros flow into the others
  EXPECT_EQ(float(*of_first[1]), 2.0f);
  const auto of_all = tape.gradient(std::vector<Source>{y[0], y[1], y[2]}, {a, b});
  EXPECT_EQ(float(*of_all[0]), 113.0f);
  EXPECT_EQ(float(*of_all[1]), 2.0f);
}

TEST_F(CustomGradient, ManyInAChainWithOrdinaryOpsBetween) {
  int calls = 0;
  auto twice = custom_gradient([&](const Tensor& x) {
    return std::pair(x + x, [&](const Tensor& dy) {
      ++calls;
      return 3 * dy;
    });
  });
  const Tensor x = constant(std::vector<float>{1, 2});
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  for (int i = 0; i < 4; ++i) y = twice(y) * 0.5f + y;
  // dy/dx = (3 / 2 + 1)^4
  EXPECT_EQ(tape.gradient(y, x)->read<float>(), (std::vector<float>{39.0625f, 39.0625f}));
  EXPECT_EQ(calls, 4);
}

TEST_F(CustomGradient, Nests) {
  auto inner = custom_gradient([](const Tensor& x) {
    return std::pair(x * x, [](const Tensor& dy) { return 5 * dy; });
  });
  auto outer = custom_gradient([&](const Tensor& x) {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = inner(x);
    const Tensor slope = *tape.gradient(y, x);
    return std::pair(y, [&inner, slope](const Tensor& dy) {
      GradientTape tape;  // a walk inside a walk
      tape.watch(dy);
      const Tensor z = inner(dy);
      return *tape.gradient(z, dy) * slope;
    });
  });
  const Tensor x = constant(3.0f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = outer(x);
  EXPECT_EQ(float(*tape.gradient(y, x)), 25.0f);
}

TEST_F(CustomGradient, GivesGradientsOfCapturedVariables) {
  Variable w(2.0f, {.name = "w"});
  Variable fixed(7.0f, {.trainable = false});
  auto f = custom_gradient([&](const Tensor& x) {
    return std::pair(w * x * fixed, [=](const Tensor& dy, const std::vector<Variable>& variables) {
      EXPECT_EQ(variables.size(), 1u);
      return std::pair(dy * 11, std::vector<Tensor>{dy * x * 13});
    });
  });
  Variable x(3.0f);
  GradientTape tape;
  const Tensor y = f(x);
  const auto gradients = tape.gradient(y, {x, w, fixed});
  EXPECT_EQ(float(*gradients[0]), 11.0f);
  EXPECT_EQ(float(*gradients[1]), 39.0f);
  EXPECT_FALSE(gradients[2].has_value());

  auto g = custom_gradient([&](const Tensor& x) { return std::pair(w * x, [](const Tensor& dy) { return dy; }); });
  const absl::Status status = Thrown([&] { g(x); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("w:0"), absl::string_view::npos) << status;
}

TEST_F(CustomGradient, NoneStopsTheWay) {
  auto stop = custom_gradient([](const Tensor& x) {
    return std::pair(x * 2, [](const Tensor&) { return std::optional<Tensor>(); });
  });
  const Tensor x = constant(3.0f);
  {
    GradientTape tape;
    tape.watch(x);
    EXPECT_FALSE(tape.gradient(stop(x), x).has_value());
  }
  {
    GradientTape tape;
    tape.watch(x);
    EXPECT_EQ(float(*tape.gradient(stop(x), x, {.unconnected_gradients = UnconnectedGradients::kZero})), 0.0f);
  }
  {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = stop(x) + x * x;
    EXPECT_EQ(float(*tape.gradient(y, x)), 6.0f);
  }
}

TEST_F(CustomGradient, IsNotAskedWhereNothingFlows) {
  int calls = 0;
  auto f = custom_gradient([&](const Tensor& x) {
    return std::pair(x * 2, [&](const Tensor& dy) {
      ++calls;
      return dy;
    });
  });
  const Tensor x = constant(3.0f), z = constant(4.0f);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  tape.watch(z);
  const Tensor y = f(x) + z;
  EXPECT_EQ(float(*tape.gradient(y, z)), 1.0f);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(float(*tape.gradient(y, x)), 1.0f);
  EXPECT_EQ(calls, 1);
}

TEST_F(CustomGradient, WithoutATapeItIsAnOrdinaryFunction) {
  auto f = custom_gradient([](const Tensor& x) { return std::pair(x + 1, [](const Tensor& dy) { return dy; }); });
  EXPECT_EQ(int(f(1)), 2);
  EXPECT_EQ(float(f(Variable(2.0f))), 3.0f);
}

// A closure that fails costs that gradient and nothing else.
TEST_F(CustomGradient, ErrorsOfClosures) {
  const Tensor x = constant(std::vector<float>{1, 2});
  const auto gradient = [&](auto closure) {
    auto f = custom_gradient([=](const Tensor& x) { return std::pair(x * 2, closure); });
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    return tape.gradient(y, x);
  };
  EXPECT_THROW(gradient([](const Tensor&) -> Tensor { throw std::out_of_range("mine"); }), std::out_of_range);

  absl::Status status = Thrown([&] { gradient([](const Tensor& dy) { return std::vector<Tensor>{dy, dy}; }); });
  EXPECT_EQ(status.message(), "custom gradient: there are 2 gradients for 1 inputs");
  status = Thrown([&] { gradient([](const Tensor& dy) { return reduce_sum(dy); }); });
  EXPECT_EQ(status.message(), "custom gradient: the gradient of input 0 must be float32[2] as the input is, got float32[]");
  status = Thrown([&] { gradient([](const Tensor& dy) { return cast(dy, DType::kFloat64); }); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  status = Thrown([&] { gradient([](const Tensor&) { return Tensor(); }); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  // What only the server finds out comes with the result.
  const Tensor zero = constant(0);
  status = Thrown([&] {
    auto result = gradient([&](const Tensor& dy) { return dy * cast(floordiv(1, zero), DType::kFloat32); });
    result->read<float>();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;

  EXPECT_EQ(gradient([](const Tensor& dy) { return dy * 4; })->read<float>(), (std::vector<float>{4, 4}));
  Context::Default().Sync();  // nothing is left that was not thrown
}

TEST_F(CustomGradient, ThreadsAskAtOnce) {
  const Tensor x = constant(3.0f);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      auto f = custom_gradient([&](const Tensor& x) {
        return std::pair(x * x, [=](const Tensor& dy) { return dy * float(dy) * t; });
      });
      for (int i = 0; i < 20; ++i) {
        GradientTape tape;
        tape.watch(x);
        const Tensor y = f(x) * 2;
        EXPECT_EQ(float(*tape.gradient(y, x)), 4.0f * t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CustomGradient, LeavesNothingBehind) {
  const auto run = [] {
    auto f = custom_gradient([](const Tensor& x) { return std::pair(x * x, [=](const Tensor& dy) { return dy * x; }); });
    const Tensor x = constant(std::vector<float>{1, 2, 3});
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    tape.gradient(y, x)->read<float>();
  };
  run();
  Context::Default().Sync();
  const auto before = server_->memory();
  for (int i = 0; i < 10; ++i) run();
  Context::Default().Sync();
  EXPECT_EQ(server_->memory().bytes_in_use, before.bytes_in_use);
}

// Whatever becomes of the walk, its results go with what was thrown.
TEST_F(CustomGradient, LeavesNothingBehindWhenItThrows) {
  const auto run = [] {
    auto f = custom_gradient([](const Tensor& x) {
      return std::pair(x * x, [](const Tensor&) -> Tensor { throw std::out_of_range("mine"); });
    });
    const Tensor x = constant(std::vector<float>{1, 2, 3}), unused = constant(1.0f);
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f(x);
    EXPECT_THROW(tape.gradient(y, std::vector<Source>{x, unused}), std::out_of_range);
  };
  run();
  Context::Default().Sync();
  const auto before = server_->memory();
  for (int i = 0; i < 10; ++i) run();
  Context::Default().Sync();
  EXPECT_EQ(server_->memory().bytes_in_use, before.bytes_in_use);
}

// The walk keeps what it needs of tapes that its own closures forget or drop.
TEST_F(CustomGradient, MayForgetItsTapes) {
  const Tensor x = constant(3.0f);
  auto outer = std::make_unique<GradientTape>();
  outer->watch(x);
  GradientTape inner({.persistent = true});
  inner.watch(x);
  auto f = custom_gradient([&](const Tensor& x) {
    return std::pair(x * x, [&](const Tensor& dy) {
      outer.reset();
      inner.reset();
      return dy * 5;
    });
  });
  const Tensor y = f(x) * 2;
  EXPECT_EQ(float(*inner.gradient(y, x)), 10.0f);
}

TEST_F(CustomGradient, MayDropTheTapeThatItIsPausedOn) {
  auto tape = std::make_unique<GradientTape>();
  {
    const auto pause = tape->stop_recording();
    tape.reset();
  }
  EXPECT_EQ(float(constant(1.0f) + 1), 2.0f);  // recorded by nobody
}

}  // namespace
}  // namespace eager
