// Variables that clients share by name, over gRPC.

#include <gtest/gtest.h>

#include <cmath>
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

class SharedVariables : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = *Server::Make({.listen = {"127.0.0.1:0"}});
    Connect(address());
  }
  void TearDown() override {
    Disconnect();
    server_->Shutdown(absl::ZeroDuration());
  }
  std::string address() const { return server_->addresses()[0]; }
  std::unique_ptr<Server> server_;
};

TEST_F(SharedVariables, TheNextSessionFindsWhatTheLastOneLeft) {
  {
    Variable w = Variable::Shared("model/w", constant({1.0f, 2.0f}));
    EXPECT_EQ(w.name(), "model/w:0");
    w.assign_add(constant({10.0f, 10.0f}));
    const Variable same(constant({0.0f, 0.0f}), {.name = "mine", .shared_name = "model/w"});
    EXPECT_EQ(same.name(), "mine:0");
    EXPECT_EQ(same.read<float>(), (std::vector<float>{11, 12}));
    const Variable other(constant({5.0f}));
    const std::vector<SharedVariableInfo> list = list_variables();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].name, "model/w");
    EXPECT_EQ(list[0].dtype, float32);
    EXPECT_EQ(list[0].shape, (Shape{2}));
    EXPECT_EQ(list[0].bytes, 8u);
    EXPECT_EQ(list[0].sessions, 1);
    EXPECT_TRUE(list[0].has_value);
  }
  Disconnect();
  Connect(address());
  Variable w = Variable::Shared("model/w");
  EXPECT_EQ(w.dtype(), float32);
  EXPECT_EQ(w.read<float>(), (std::vector<float>{11, 12}));
  // It is a variable like others: tapes see its reads.
  GradientTape tape;
  const Tensor y = reduce_sum(w * w);
  EXPECT_EQ(tape.gradient(y, w)->read<float>(), (std::vector<float>{22, 24}));
}

TEST_F(SharedVariables, MistakesAreClear) {
  Variable w = Variable::Shared("w", constant({1.0f, 2.0f}));
  const Error shape = Thrown([] { Variable::Shared("w", constant({1.0f})).numpy(); });
  EXPECT_EQ(shape.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(shape.what(), "'w'")) << shape.what();
  const Error dtype = Thrown([] { Variable::Shared("w", constant({1, 2})).numpy(); });
  EXPECT_EQ(dtype.code(), StatusCode::kInvalidArgument);
  for (const char* part : {"float32", "int32"}) EXPECT_TRUE(absl::StrContains(dtype.what(), part)) << dtype.what();
  EXPECT_EQ(Thrown([] { Variable::Shared("nobody"); }).code(), StatusCode::kNotFound);
  EXPECT_EQ(Thrown([] { delete_variable("nobody"); }).code(), StatusCode::kNotFound);
  Disconnect();
  Connect(address());
  w = Variable::Shared("w");
  delete_variable("w");
  EXPECT_TRUE(list_variables().empty());
  const Error gone = Thrown([&] { w.numpy(); });
  EXPECT_EQ(gone.code(), StatusCode::kNotFound) << gone.what();
  EXPECT_TRUE(absl::StrContains(gone.what(), "was deleted")) << gone.what();
}

TEST_F(SharedVariables, NoUpdateOfManyClientsIsLost) {
  constexpr int kClients = 8, kUpdates = 10000;
  struct Client {
    Variable total;
    Tensor delta;
  };
  std::vector<Client> clients;
  for (int c = 0; c < kClients; ++c) {
    Connect(address());  // a session of its own
    clients.push_back({Variable::Shared("total", constant({int64_t{0}, int64_t{0}, int64_t{0}})), constant({int64_t{1}, int64_t{2}, int64_t{3}})});
  }
  std::vector<std::thread> threads;
  for (Client& client : clients) {
    threads.emplace_back([&client] {
      for (int i = 0; i < kUpdates; ++i) {
        client.total.assign_add(client.delta);
        if (i % 1000 != 0) continue;
        const std::vector<int64_t> seen = client.total.read<int64_t>();  // never a half-done update
        EXPECT_EQ(seen[1], 2 * seen[0]);
        EXPECT_EQ(seen[2], 3 * seen[0]);
      }
      client.total.numpy();
    });
  }
  for (std::thread& thread : threads) thread.join();
  const int64_t all = int64_t{kClients} * kUpdates;
  EXPECT_EQ(clients[0].total.read<int64_t>(), (std::vector<int64_t>{all, 2 * all, 3 * all}));
  EXPECT_EQ(list_variables("total")[0].sessions, kClients);
}

// Workers that share a model's weights and each have an optimizer of their own.
TEST_F(SharedVariables, AreTrainedByOptimizers) {
  std::vector<Variable> weights;
  for (int worker = 0; worker < 2; ++worker) {
    Connect(address());
    Variable w = Variable::Shared("weights", constant({4.0f, -2.0f}));
    keras::optimizers::Adam adam({.learning_rate = 0.1});
    for (int step = 0; step < 150; ++step) {
      GradientTape tape;
      const Tensor loss = reduce_sum(w * w);
      adam.apply(std::vector<std::optional<Tensor>>{tape.gradient(loss, w)}, {w});
    }
    weights.push_back(w);
  }
  weights.back().numpy();  // the last steps are done
  for (const Variable& w : weights) {
    EXPECT_LT(std::abs(w.read<float>()[0]), 0.5f);
    EXPECT_EQ(w.read<float>(), weights[0].read<float>());
  }
  EXPECT_EQ(list_variables().size(), 1u);  // the optimizers' own variables have no names here
}

}  // namespace
}  // namespace eager
