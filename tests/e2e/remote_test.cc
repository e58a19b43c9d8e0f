// The public client against a server over gRPC.

#include <gtest/gtest.h>
#include <unistd.h>

#include <numeric>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "server/rpc/server.h"
#include "tests/support/thrown.h"

namespace eager {
namespace {

using testing::Thrown;
using absl::StatusCode;
using server::Server;

std::unique_ptr<Server> StartServer(std::vector<std::string> listen = {"127.0.0.1:0"}) {
  auto server = Server::Make({.listen = std::move(listen)});
  EXPECT_TRUE(server.ok()) << server.status();
  return server.ok() ? *std::move(server) : nullptr;
}

class Remote : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = StartServer();
    Connect(server_->addresses()[0]);
  }
  void TearDown() override {
    Disconnect();
    if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  }
  std::unique_ptr<Server> server_;
};

TEST_F(Remote, Computes) {
  const Tensor a = constant({{1, 2}, {3, 4}});
  EXPECT_EQ((a * add(a, 1)).read<int32_t>(), (std::vector<int32_t>{2, 6, 12, 20}));
  EXPECT_EQ(list_devices().size(), 1u);
  EXPECT_FALSE(is_gpu_available());
}

TEST_F(Remote, SeveralThreadsShareASession) {
  const Tensor one = constant(1.0f);
  Variable total(0.0f);
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      Tensor x = constant(static_cast<float>(t));
      for (int i = 0; i < 300; ++i) {
        x = x + one;
        if (i % 50 == 0) {
          EXPECT_EQ(float(x), static_cast<float>(t + i + 1));
        }
      }
      GradientTape tape;
      tape.watch(x);
      EXPECT_EQ(float(*tape.gradient(x * x, x)), 2.0f * static_cast<float>(t + 300));
      total.assign_add(1.0f);
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(float(total), 6.0f);
}

TEST_F(Remote, SeveralSessionsDoNotSeeEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Context context = Context::Connect(server_->addresses()[0]);
      context.Sync();
    });
  }
  for (std::thread& t : threads) t.join();
  const Tensor first = constant(1);
  const Context old = Context::Default();
  Connect(server_->addresses()[0]);
  const Tensor second = constant(2);
  EXPECT_EQ(int(first), 1);
  EXPECT_EQ(int(second), 2);
  const Error error = Thrown([&] { first + second; });
  EXPECT_EQ(error.code(), StatusCode::kInvalidArgument);
}

TEST_F(Remote, BulkBytesComeBackAsTheyWent) {
  for (size_t n : {size_t{75} << 10, size_t{1} << 18, (size_t{1} << 18) + 1, size_t{2} << 20}) {  // 300 KiB … 8 MiB
    std::vector<float> values(n);
    std::iota(values.begin(), values.end(), 0.0f);
    const Tensor t = constant(values);
    EXPECT_EQ(t.read<float>(), values);
    EXPECT_EQ((t + 1).read<float>()[n - 1], static_cast<float>(n));
  }
  const std::vector<std::string> texts(20000, "twelve bytes");
  EXPECT_EQ(constant(texts).read<std::string>(), texts);
  EXPECT_TRUE(constant(std::vector<float>()).read<float>().empty());
}

TEST_F(Remote, StringsAsWell) {
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) texts.push_back(std::string(static_cast<size_t>(i % 100), 'x') + std::to_string(i));
  const Tensor t = constant(HostTensor::Strings(Shape{100, 200}, texts));
  const HostTensor back = transpose(t).numpy();
  ASSERT_EQ(back.shape(), (Shape{200, 100}));
  for (int64_t i = 0; i < 20000; ++i) ASSERT_EQ(back.string_at(i), texts[static_cast<size_t>(i % 100 * 200 + i / 100)]);
  const HostTensor one = transpose(t)[{7, 3}].numpy();
  EXPECT_EQ(one.string_at(0), texts[3 * 200 + 7]);
}

TEST_F(Remote, BulkBytesOfSeveralThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 5; ++i) {
        const std::vector<int32_t> values(100000 + static_cast<size_t>(i), t);
        EXPECT_EQ(constant(values).read<int32_t>(), values);
      }
    });
  }
  for (std::thread& t : threads) t.join();
}

TEST_F(Remote, WhatInferenceSeesIsThrownAtTheCallersLine) {
  const Tensor two = constant({1.0f, 2.0f}), three = constant({1.0f, 2.0f, 3.0f});
  uint_least32_t line = 0;
  const Error error = Thrown([&] { line = std::source_location::current().line(); two + three; });
  EXPECT_EQ(error.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(error.op(), "AddV2");
  EXPECT_EQ(error.where().line(), line);
  EXPECT_TRUE(absl::EndsWith(error.where().file_name(), "remote_test.cc"));
  EXPECT_EQ(std::string(error.what()),
            absl::StrCat("INVALID_ARGUMENT: AddV2: Incompatible shapes: [2] vs. [3] (remote_test.cc:", line, ")"));
  EXPECT_EQ(Thrown([&] { op("NoSuchOp", {two}); }).code(), StatusCode::kNotFound);
  EXPECT_EQ(Thrown([&] { matmul(two, three); }).op(), "MatMul");
  EXPECT_EQ(Thrown([&] { two.read<int32_t>(); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Thrown([&] { static_cast<void>(float(two)); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Thrown([&] { Tensor() + two; }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Thrown([&] { device scope("toaster"); }).code(), StatusCode::kInvalidArgument);
}

TEST_F(Remote, DivisionByZeroReachesTheRead) {
  const Tensor bad = floordiv(constant({6, 7}), constant({2, 0}));
  const Tensor worse = bad * 2 + 1;
  uint_least32_t line = 0;
  const Error error = Thrown([&] { line = std::source_location::current().line(); worse.read<int32_t>(); });
  EXPECT_EQ(error.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(error.op(), "FloorDiv");
  EXPECT_EQ(error.where().line(), line);
  EXPECT_EQ(Thrown([&] { worse.read<int32_t>(); }).op(), "FloorDiv");
  EXPECT_EQ(int(constant(5) + 1), 6);
  const std::vector<int32_t> many(100000, 0);
  EXPECT_EQ(Thrown([&] { floormod(constant(many), constant(many)).read<int32_t>(); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(int(constant(5) + 1), 6);
}

TEST_F(Remote, AFailedAssignIsThrownOnceAtTheNextWait) {
  Variable v(constant({1, 2}));
  v.assign_add(floordiv(constant({6, 7}), constant({2, 0})));
  EXPECT_EQ(Thrown([&] { Context::Default().Sync(); }).code(), StatusCode::kInvalidArgument);
  Context::Default().Sync();
  EXPECT_EQ(v.read<int32_t>(), (std::vector<int32_t>{1, 2}));
  v.assign_sub(floordiv(constant({6, 7}), constant({2, 0})));
  EXPECT_EQ(Thrown([&] { v.read<int32_t>(); }).op(), "FloorDiv");
  EXPECT_EQ(v.read<int32_t>(), (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(Thrown([&] { v.assign(constant({1, 2, 3})); }).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Thrown([&] { v.assign(constant({1.5f, 2.5f})); }).code(), StatusCode::kInvalidArgument);
}

TEST_F(Remote, ATapeThatIsNotPersistentGivesOneGradient) {
  const Tensor x = constant(3.0f);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  EXPECT_EQ(float(*tape.gradient(y, x)), 6);
  EXPECT_EQ(Thrown([&] { tape.gradient(y, x); }).code(), StatusCode::kFailedPrecondition);
}

TEST_F(Remote, TapesNestPersistAndPause) {
  const Tensor x = constant(3.0f);
  GradientTape outer({.persistent = true});
  outer.watch(x);
  GradientTape inner({.persistent = true});
  inner.watch(x);
  const Tensor y = x * x * x;
  Tensor hidden;
  {
    const auto pause = inner.stop_recording();
    hidden = x * x;
  }
  const Tensor dy = *inner.gradient(y, x);
  EXPECT_EQ(inner.gradient(hidden, x), std::nullopt);
  EXPECT_EQ(float(*outer.gradient(hidden, x)), 6);
  EXPECT_EQ(float(dy), 27);
  EXPECT_EQ(float(*inner.gradient(y, x)), 27);
  EXPECT_EQ(float(*outer.gradient(dy, x)), 18);
  EXPECT_EQ(float(*outer.gradient(y, x)), 27);
}

TEST_F(Remote, TensorsMayOutliveTheirSession) {
  const Tensor t = constant(1) + 1;
  Disconnect();
  EXPECT_EQ(Thrown([&] { t.read<int32_t>(); }).code(), StatusCode::kUnavailable);
  EXPECT_EQ(Thrown([&] { for (int i = 0; i < 2000; ++i) (t + 1).read<int32_t>(); }).code(), StatusCode::kUnavailable);
}

TEST_F(Remote, TwoServersDoNotMix) {
  const Tensor here = constant(1);
  auto other = StartServer();
  Connect(other->addresses()[0]);
  const Tensor there = constant(1);
  const Error error = Thrown([&] { here + there; });
  EXPECT_EQ(error.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(error.op(), "AddV2");
  EXPECT_EQ(int(here) + int(there), 2);
  Disconnect();
}

TEST_F(Remote, AShutdownEndsWhoeverWaits) {
  const Context context = Context::Default();
  Tensor x = constant(std::vector<float>(1 << 20, 1.0f));
  x.read<float>();
  std::vector<std::thread> clients;
  for (int t = 0; t < 2; ++t) {
    clients.emplace_back([&x] {
      const Error error = Thrown([&x] {
        while (true) (x + 1).read<float>();
      });
      EXPECT_EQ(error.code(), StatusCode::kUnavailable) << error.what();
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const absl::Time start = absl::Now();
  server_->Shutdown(absl::Milliseconds(500));
  for (std::thread& t : clients) t.join();
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  EXPECT_EQ(Thrown([&] { Context(context).Sync(); }).code(), StatusCode::kUnavailable);
}

TEST(Connecting, UnixSocket) {
  const std::string path = absl::StrCat("unix:/tmp/eagerd-test-", getpid(), ".sock");
  auto server = StartServer({path, "127.0.0.1:0"});
  ASSERT_EQ(server->addresses().size(), 2u);
  for (const std::string& address : server->addresses()) {
    Connect(address);
    EXPECT_EQ(int(constant(20) + 1), 21) << address;
  }
  Disconnect();
}

TEST(Connecting, ToNobodyIsUnavailable) {
  const absl::Time start = absl::Now();
  for (const char* address : {"127.0.0.1:1", "unix:/tmp/no-such-eagerd.sock"}) {
    const Error error = Thrown([&] { Context::Connect(address, {.timeout_seconds = 0.5}); });
    EXPECT_EQ(error.code(), StatusCode::kUnavailable) << error.what();
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

TEST(Serving, RefusesWrongOptions) {
  EXPECT_EQ(Server::Make({.listen = {}}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Server::Make({.listen = {"127.0.0.1:0"}, .devices = {.devices = "toaster"}}).status().code(), StatusCode::kInvalidArgument);
  auto first = StartServer();
  EXPECT_EQ(Server::Make({.listen = {first->addresses()[0]}}).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace eager
