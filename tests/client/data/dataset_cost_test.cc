// What a pass over a dataset sends, counted on the stream: a gather per component and batch, and no wait.

#include <gtest/gtest.h>

#include <atomic>

#include "client/core/context_state.h"
#include "client/eager.h"
#include "client/transport/inprocess_stream.h"
#include "server/session/session_registry.h"

namespace eager::data {
namespace {

struct Counts {
  std::atomic<int> ops{0}, constants{0}, waits{0};
};

class CountingStream final : public eager::internal::SessionStream {
 public:
  CountingStream(std::unique_ptr<SessionStream> inner, Counts& counts) : inner_(std::move(inner)), counts_(counts) {}

  absl::StatusOr<v1::HelloResponse> Hello(const v1::HelloRequest& request) override { return inner_->Hello(request); }
  absl::Status Write(absl::string_view bytes) override {
    v1::ClientMessage message;
    EXPECT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    for (const v1::Item& item : message.items()) {
      counts_.ops += item.has_run();
      counts_.constants += item.has_constant();
      counts_.waits += item.has_fetch();
    }
    return inner_->Write(bytes);
  }
  absl::Status Read(v1::ServerMessage* message, eager::internal::Deadline deadline) override { return inner_->Read(message, deadline); }
  absl::Status Upload(const v1::UploadHeader& header, absl::string_view bytes, const eager::internal::WaitLimit& limit) override {
    ++counts_.waits;
    return inner_->Upload(header, bytes, limit);
  }
  absl::StatusOr<HostTensor> Download(const v1::DownloadRequest& request, size_t bytes, const eager::internal::WaitLimit& limit,
                                      const std::function<absl::Status()>& meanwhile) override { return inner_->Download(request, bytes, limit, meanwhile); }
  void Close() override { inner_->Close(); }
  const std::string& address() const override { return inner_->address(); }

 private:
  const std::unique_ptr<SessionStream> inner_;
  Counts& counts_;
};

TEST(DatasetCost, IsOneGatherPerComponentAndBatchWithoutAWait) {
  Counts counts;
  const auto devices = *server::DeviceSet::Make({"cpu", 0});
  server::SessionRegistry sessions(*devices);
  auto session = eager::internal::Session::Connect(
      std::make_unique<CountingStream>(eager::internal::MakeInProcessStream(sessions), counts));
  ASSERT_TRUE(session.ok()) << session.status();
  Context::SetDefault(Context(std::make_shared<eager::internal::ContextState>(*std::move(session), ConnectOptions())));
  {
    const NDArray images(Shape{100, 30, 30}, float32), labels(Shape{100}, int64);
    const auto dataset =
        zip(from_tensor_slices(images), from_tensor_slices(labels)).shuffle(100).repeat(2).batch(10).prefetch();
    for (auto [x, y] : dataset.take(1)) EXPECT_EQ(x.shape().ToTuple(), "(10, 30, 30)");
    Context::Default().Flush();
    const int ops = counts.ops, constants = counts.constants, waits = counts.waits;
    int batches = 0;
    for (auto [x, y] : dataset) ++batches;
    Context::Default().Flush();
    EXPECT_EQ(batches, 20);
    EXPECT_EQ(counts.ops - ops, 2 * batches);
    EXPECT_EQ(counts.constants - constants, 2 * batches);  // the rows' numbers, for each of the tables
    EXPECT_EQ(counts.waits - waits, 0);
  }
  Disconnect();
}

}  // namespace
}  // namespace eager::data
