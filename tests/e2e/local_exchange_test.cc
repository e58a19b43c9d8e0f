// Bulk values over a unix socket, through memory that both sides share and without it.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "eager/v1/service.grpc.pb.h"
#include "server/rpc/server.h"

namespace eager {
namespace {

class LocalExchange : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    const std::string address = absl::StrCat("unix:/tmp/local_exchange_test.", getpid());
    auto server = server::Server::Make({.listen = {address}});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    Connect(address, {.shared_memory = GetParam()});
  }
  void TearDown() override {
    Disconnect();
    server_->Shutdown(absl::ZeroDuration());
  }

  // Bytes that no slot has twice.
  static HostTensor Values(int64_t n) {
    HostTensor values(TensorSpec{DType::kInt32, Shape{n}}, /*zero=*/false);
    int32_t next = 7;
    for (int32_t& v : values.values<int32_t>()) v = next++;
    return values;
  }

  std::unique_ptr<server::Server> server_;
};

TEST_P(LocalExchange, BringsEveryByte) {
  // Around what is too small for it, one slot, all slots, and more than once around.
  for (int64_t bytes : {100 << 10, (1 << 20) - 4, 1 << 20, (1 << 20) + 4, 4 << 20, (4 << 20) + 4, 23 << 20}) {
    const HostTensor values = Values(bytes / 4);
    const Tensor t = constant(values);
    EXPECT_EQ(t.numpy().bytes(), values.bytes()) << bytes;
    EXPECT_EQ((t + 1).numpy().values<int32_t>().back(), values.values<int32_t>().back() + 1);
  }
}

TEST_P(LocalExchange, TellsTheErrorOfATensorAndGoesOn) {
  const HostTensor values = Values(3 << 20);
  const Tensor t = constant(values), failed = floordiv(t, t - t);
  for (int round = 0; round < 2; ++round) {
    try {
      failed.numpy();
      FAIL() << "a division by zero gave values";
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), absl::StatusCode::kInvalidArgument) << e.what();
    }
    EXPECT_EQ((t - 7).numpy().values<int32_t>().back(), (3 << 20) - 1);
  }
}

TEST_P(LocalExchange, ServesSeveralThreads) {
  const HostTensor values = Values(1 << 20);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 3; ++round) {
        const Tensor t = constant(values) + i;
        EXPECT_EQ(t.numpy().values<int32_t>()[1000], 1007 + i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(SharedMemory, LocalExchange, ::testing::Bool());

// What a client says that does not keep to the order of an exchange.
TEST(BadExchange, EndsTheCallWithTheReason) {
  auto server = server::Server::Make({.listen = {"127.0.0.1:0"}});
  ASSERT_TRUE(server.ok()) << server.status();
  auto stub = v1::TensorService::NewStub(grpc::CreateChannel((*server)->addresses()[0], grpc::InsecureChannelCredentials()));
  const std::string token = "sixteen bytes or more";
  grpc::ClientContext session_context;
  auto session = stub->Session(&session_context);
  v1::ClientMessage open;
  open.set_seq(1);
  open.mutable_open()->set_token(token);
  open.add_items()->mutable_fetch()->set_id(1);
  v1::ServerMessage opened;
  ASSERT_TRUE(session->Write(open) && session->Read(&opened));

  const auto code = [&](const std::vector<v1::ExchangeRequest>& requests) {
    grpc::ClientContext context;
    auto call = stub->Exchange(&context);
    for (const v1::ExchangeRequest& request : requests) call->Write(request);
    v1::ExchangeReply reply;
    while (call->Read(&reply)) {
    }
    return call->Finish().error_code();
  };
  v1::ExchangeRequest hello, nobody, upload, filled, freed;
  hello.set_session(token);
  nobody.set_session("some other session's token");
  upload.mutable_upload()->set_session(token);
  upload.mutable_upload()->mutable_spec()->set_dtype(v1::FLOAT32);
  upload.mutable_upload()->mutable_spec()->add_dims(1000000);
  filled.set_filled(1 << 20);
  freed.set_freed(true);
  EXPECT_EQ(code({upload}), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code({nobody}), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code({hello, hello}), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code({hello, filled}), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code({hello, upload}), grpc::StatusCode::INVALID_ARGUMENT);  // of no bytes
  upload.mutable_upload()->set_num_bytes(4000000);
  EXPECT_EQ(code({hello, upload, freed}), grpc::StatusCode::INVALID_ARGUMENT);
  filled.set_filled(~uint64_t{0});
  EXPECT_EQ(code({hello, upload, filled}), grpc::StatusCode::INVALID_ARGUMENT);
  session_context.TryCancel();
  (*server)->Shutdown(absl::ZeroDuration());
}

}  // namespace
}  // namespace eager
