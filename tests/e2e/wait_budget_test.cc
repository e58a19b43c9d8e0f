// What waits for the server: design.md's table, counted on the stream.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "client/core/context_state.h"
#include "client/eager.h"
#include "client/transport/inprocess_stream.h"

namespace eager {
namespace {

// Counts what a client waits for: a hello, bulk bytes in either direction, and every other read.
class CountingStream final : public internal::SessionStream {
 public:
  CountingStream(std::unique_ptr<SessionStream> inner, std::atomic<int>& waits) : inner_(std::move(inner)), waits_(waits) {}

  absl::StatusOr<v1::HelloResponse> Hello(const v1::HelloRequest& request) override {
    ++waits_;
    return inner_->Hello(request);
  }
  absl::Status Write(absl::string_view bytes) override {
    v1::ClientMessage message;
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    for (const v1::Item& item : message.items()) {
      if (item.has_fetch() && !item.fetch().download()) ++waits_;
    }
    return inner_->Write(bytes);
  }
  absl::Status Read(v1::ServerMessage* message, internal::Deadline deadline) override { return inner_->Read(message, deadline); }
  absl::Status Upload(const v1::UploadHeader& header, absl::string_view bytes, const internal::WaitLimit& limit) override {
    ++waits_;
    return inner_->Upload(header, bytes, limit);
  }
  absl::StatusOr<HostTensor> Download(const v1::DownloadRequest& request, size_t bytes, const internal::WaitLimit& limit,
                                      const std::function<absl::Status()>& meanwhile) override {
    ++waits_;
    return inner_->Download(request, bytes, limit, meanwhile);
  }
  void Close() override { inner_->Close(); }
  const std::string& address() const override { return inner_->address(); }

 private:
  const std::unique_ptr<SessionStream> inner_;
  std::atomic<int>& waits_;
};

class WaitBudget : public ::testing::Test {
 protected:
  void SetUp() override {
    devices_ = *server::DeviceSet::Make({"cpu", 0});
    sessions_ = std::make_unique<server::SessionRegistry>(*devices_);
  }
  void TearDown() override { Disconnect(); }
  void ConnectCounted() {
    auto stream = std::make_unique<CountingStream>(internal::MakeInProcessStream(*sessions_), waits_);
    auto session = internal::Session::Connect(std::move(stream));
    ASSERT_TRUE(session.ok()) << session.status();
    Context::SetDefault(Context(std::make_shared<internal::ContextState>(*std::move(session), ConnectOptions())));
  }
  // How many waits `work` costs, with all that it left in the batch.
  int WaitsOf(const std::function<void()>& work) {
    const int before = waits_;
    work();
    if (before > 0) Context::Default().Flush();
    return waits_ - before;
  }

  std::atomic<int> waits_{0};
  std::unique_ptr<server::DeviceSet> devices_;
  std::unique_ptr<server::SessionRegistry> sessions_;
};

TEST_F(WaitBudget, IsTheDesigns) {
  EXPECT_EQ(WaitsOf([&] { ConnectCounted(); }), 1);
  Tensor x, y, large;
  std::optional<Variable> w;
  std::vector<Tensor> many;
  const struct {
    const char* what;
    int waits;
    std::function<void()> work;
  } kTable[] = {
      {"a constant", 0, [&] { x = constant({1.0f, 2.0f, 3.0f}); }},
      {"1000 ops", 0, [&] { for (int i = 0; i < 1000; ++i) many.push_back(x * 2 + static_cast<float>(i)); }},
      {"a shape", 0, [&] { EXPECT_EQ(many.back().shape(), (Shape{3})); }},
      {"a variable", 0, [&] { w.emplace(x); }},
      {"a shared variable", 0, [&] { Variable::Shared("shared", x).assign_add(x); }},
      {"assigns", 0, [&] { w->assign(x * 3).assign_add(x).assign_sub(x); }},
      {"a device scope", 0, [&] { device scope("/cpu:0"); y = x + 1; }},
      {"destroying", 0, [&] { many.clear(); }},
      {"a gradient", 0, [&] {
         GradientTape tape;
         y = reduce_sum(*w * *w);
         y = *tape.gradient(y, *w);
       }},
      {"a second order gradient", 0, [&] {
         GradientTape outer;
         outer.watch(x);
         GradientTape inner;
         inner.watch(x);
         const Tensor dx = *inner.gradient(x * x * x, x);
         y = *outer.gradient(dx, x);
       }},
      {"a gradient of nothing", 0, [&] {
         GradientTape tape;
         EXPECT_EQ(tape.gradient(y, x), std::nullopt);
       }},
      {"an optimizer, its steps and a metric", 0, [&] {
         keras::optimizers::Adam adam({.weight_decay = 0.1, .clipnorm = 1, .use_ema = true});
         keras::metrics::Mean mean;
         for (int i = 0; i < 3; ++i) {
           adam.minimize([&] { return mean(reduce_sum(*w * *w)), reduce_sum(*w * *w); }, {*w});
         }
         EXPECT_EQ(adam.learning_rate(), 0.001f);
         w->assign(x * 3);
       }},
      {"a random tensor", 0, [&] { y = raw_ops::RandomUniform({2, 3}, {.dtype = float32}); }},
      {"a read", 1, [&] { EXPECT_EQ((x * 2).read<float>(), (std::vector<float>{2, 4, 6})); }},
      {"a variable's read", 1, [&] { EXPECT_EQ(w->read<float>(), (std::vector<float>{3, 6, 9})); }},
      {"a condition", 1, [&] { EXPECT_TRUE(bool(reduce_sum(x) < 7.0f)); }},
      {"a print", 1, [&] { EXPECT_EQ(reduce_sum(x).str(), "tf.Tensor(6.0, shape=(), dtype=float32)"); }},
      {"a sync", 1, [&] { Context::Default().Sync(); }},
      {"a large constant", 1, [&] { large = constant(std::vector<float>(100000, 1.5f)); }},
      {"a large read", 1, [&] { EXPECT_EQ((large + large).read<float>()[99999], 3.0f); }},
  };
  for (const auto& row : kTable) EXPECT_EQ(WaitsOf(row.work), row.waits) << row.what;
}

TEST_F(WaitBudget, FirstBulkBytesWaitForTheSession) {
  ConnectCounted();
  EXPECT_EQ(WaitsOf([] { constant(std::vector<float>(100000, 1.5f)); }), 2);
  EXPECT_EQ(WaitsOf([] { constant(std::vector<float>(100000, 1.5f)); }), 1);
}

TEST_F(WaitBudget, AShapeThatDependsOnValuesWaitsWhenItIsAskedFor) {
  ConnectCounted();
  Tensor counted;
  EXPECT_EQ(WaitsOf([&] { counted = range(reduce_sum(constant({2, 3})) + 0); }), 0);
  EXPECT_EQ(WaitsOf([&] { EXPECT_EQ(counted.shape(), (Shape{5})); }), 1);
  EXPECT_EQ(WaitsOf([&] { EXPECT_EQ(counted.shape(), (Shape{5})); }), 0);
}

}  // namespace
}  // namespace eager
