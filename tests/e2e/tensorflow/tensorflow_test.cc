// TensorFlow's protocol, call by call: what a client may do, and what it hears of its mistakes.
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "server/kernels/variable.h"
#include "server/rpc/call_counts.h"
#include "server/session/session_registry.h"
#include "tests/e2e/tensorflow/server_options.h"
#include "tests/e2e/tensorflow/tensorflow_client.h"

namespace eager {
namespace {

using grpc::StatusCode;
using ::tensorflow::eager::QueueItem;
using ::tensorflow::eager::QueueResponse;

::tensorflow::AttrValue TypeAttr(int type) {
  ::tensorflow::AttrValue value;
  value.set_type(type);
  return value;
}

class TensorFlowTest : public ::testing::Test {
 protected:
  void Start(const server::ServerOptions& options = TensorFlowServerOptions()) {
    absl::StatusOr<std::unique_ptr<server::Server>> made = server::Server::Make(options);
    ASSERT_TRUE(made.ok()) << made.status();
    server_ = *std::move(made);
    client_ = std::make_unique<TensorFlowClient>(server_->addresses()[0]);
  }
  void StartWithContext(const server::ServerOptions& options = TensorFlowServerOptions()) {
    Start(options);
    ASSERT_TRUE(client_->Create().ok());
  }
  int64_t Handles() const {
    int64_t handles = 0;
    for (const auto& session : server_->sessions().List()) handles += session->stats().handles;
    return handles;
  }
  static int64_t OpenCalls(absl::string_view method) {
    int64_t open = 0;
    for (const server::CallCounts::Method& row : server::CallCounts::Get().List()) open += row.name == method ? row.open : 0;
    return open;
  }

  std::unique_ptr<server::Server> server_;
  std::unique_ptr<TensorFlowClient> client_;
};

TEST_F(TensorFlowTest, TellsItsDevices) {
  Start();
  grpc::ClientContext context;
  ::tensorflow::GetStatusResponse response;
  ASSERT_TRUE(client_->worker().GetStatus(&context, {}, &response).ok());
  ASSERT_EQ(response.device_attributes_size(), 1);
  EXPECT_EQ(response.device_attributes(0).name(), kTensorFlowDevice);
  EXPECT_EQ(response.device_attributes(0).device_type(), "CPU");
  EXPECT_NE(response.device_attributes(0).incarnation(), 0u);
}

TEST_F(TensorFlowTest, AddsAndReads) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2, 3, 4}, {2, 2});
  QueueResponse response;
  const int64_t sum = client_->Op("AddV2", {{a, 0}, {a, 0}}, {{"T", TypeAttr(1)}}, &response);
  ASSERT_EQ(response.shape_size(), 1);
  ASSERT_EQ(response.shape(0).dim_size(), 2);
  EXPECT_EQ(response.shape(0).dim(1).size(), 2);
  EXPECT_EQ(client_->ReadFloats({sum, 0}), (std::vector<float>{2, 4, 6, 8}));
  EXPECT_EQ(client_->ReadFloats({sum, 0}), (std::vector<float>{2, 4, 6, 8}));  // as often as one likes
}

TEST_F(TensorFlowTest, StringsGoBothWays) {
  StartWithContext();
  ::tensorflow::TensorProto text;
  text.set_dtype(7);
  text.mutable_tensor_shape()->add_dim()->set_size(3);
  text.set_tensor_content(std::string("\x02\x00\x01", 3) + "abc");
  const int64_t sent = client_->Constant(text);
  ::tensorflow::TensorProto back;
  ASSERT_TRUE(client_->Read({sent, 0}, &back)) << client_->status().error_message();
  EXPECT_EQ(back.tensor_content(), text.tensor_content());
  // A list that is shorter than the tensor repeats its last value.
  text.clear_tensor_content();
  text.add_string_val("x");
  text.add_string_val("yz");
  ASSERT_TRUE(client_->Read({client_->Constant(text), 0}, &back));
  EXPECT_EQ(back.tensor_content(), std::string("\x01\x02\x02xyzyz", 8));
}

TEST_F(TensorFlowTest, AReadMayComeBeforeWhatItReads) {
  StartWithContext();
  const int64_t a = client_->Constant({5}, {});
  ::tensorflow::TensorProto value;
  grpc::Status status;
  std::thread reader([&] { status = client_->Recv(7, TensorFlowClient::Key("early"), &value); });
  absl::SleepFor(absl::Milliseconds(50));
  client_->Op("_Send", {{a, 0}}, TensorFlowClient::SendAttrs("early"));
  reader.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(value.tensor_content().size(), 4u);
  // One that nobody answers ends with its call, and the key is free again.
  EXPECT_EQ(client_->Recv(7, TensorFlowClient::Key("never"), &value, std::chrono::milliseconds(100)).error_code(), StatusCode::DEADLINE_EXCEEDED);
  while (OpenCalls("RecvTensor") > 0) absl::SleepFor(absl::Milliseconds(1));  // the server hears of it later
  client_->Op("_Send", {{a, 0}}, TensorFlowClient::SendAttrs("never"));
  EXPECT_TRUE(client_->Recv(7, TensorFlowClient::Key("never"), &value).ok());
}

TEST_F(TensorFlowTest, AFailedOpIsHeardOfWhereItsResultIsRead) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2, 3}, {3});
  const int64_t nine = client_->Constant(TensorFlowClient::Ints({9}, {1}));
  const int64_t axis = client_->Constant(TensorFlowClient::Ints({0}, {}));
  QueueResponse response;
  const int64_t bad = client_->Op("GatherV2", {{a, 0}, {nine, 0}, {axis, 0}}, {}, &response);
  ASSERT_EQ(response.shape_size(), 1) << client_->status().error_message();
  EXPECT_EQ(response.shape(0).dim(0).size(), 1);
  const int64_t worse = client_->Op("Neg", {{bad, 0}}, {}, &response);  // passes it on
  ASSERT_EQ(response.shape_size(), 1);
  const int64_t good = client_->Op("Neg", {{a, 0}});
  ::tensorflow::TensorProto value;
  EXPECT_FALSE(client_->Read({worse, 0}, &value));
  EXPECT_EQ(client_->status().error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::EndsWith(client_->status().error_message(), " [Op:GatherV2]")) << client_->status().error_message();
  EXPECT_TRUE(absl::StrContains(client_->status().error_message(), "is not in [0, 3)")) << client_->status().error_message();
  EXPECT_EQ(client_->ReadFloats({good, 0}), (std::vector<float>{-1, -2, -3}));  // nothing else is lost
}

TEST_F(TensorFlowTest, WhatNoHandleKeepsIsHeardOfAtTheNextRead) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2, 3}, {3});
  client_->Op("SaveV2", {{a, 0}, {a, 0}, {a, 0}, {a, 0}});
  EXPECT_TRUE(client_->status().ok()) << client_->status().error_message();
  const int64_t b = client_->Op("Neg", {{a, 0}});  // a client sends more before it could hear of anything
  client_->Op("MergeV2Checkpoints", {{a, 0}, {a, 0}});
  ::tensorflow::TensorProto value;
  EXPECT_FALSE(client_->Read({b, 0}, &value));
  EXPECT_EQ(client_->status().error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(absl::StrContains(client_->status().error_message(), "[Op:SaveV2]")) << client_->status().error_message();
  EXPECT_EQ(client_->ReadFloats({b, 0}), (std::vector<float>{-1, -2, -3}));  // once
}

TEST_F(TensorFlowTest, MistakesEndTheStreamAndNothingElse) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2}, {2}), b = client_->Constant({1, 2, 3}, {3});
  const auto expect = [&](StatusCode code, absl::string_view text) {
    EXPECT_EQ(client_->status().error_code(), code) << client_->status().error_message();
    EXPECT_TRUE(absl::StrContains(client_->status().error_message(), text)) << client_->status().error_message();
  };
  client_->Op("AddV2", {{a, 0}, {b, 0}});
  expect(StatusCode::INVALID_ARGUMENT, "Incompatible shapes: [2] vs. [3]");
  client_->Op("NoSuchOp", {});
  expect(StatusCode::NOT_FOUND, "'NoSuchOp' is neither a type of a primitive operation");
  client_->Op("Neg", {{999, 3}});
  expect(StatusCode::INVALID_ARGUMENT, "Unable to find the relevant tensor remote_handle: Op ID: 999, Output num: 3");
  client_->Op("Neg", {{a, 0}}, {{"surprise", TypeAttr(1)}});
  expect(StatusCode::UNIMPLEMENTED, "attribute 'surprise'");
  client_->Op("Neg", {{a, 0}}, {{"T", TypeAttr(99)}});
  expect(StatusCode::INVALID_ARGUMENT, "attribute 'T'");
  client_->Send(QueueItem());
  expect(StatusCode::INVALID_ARGUMENT, "Invalid queue item");
  QueueItem packed;
  packed.mutable_send_packed_handle();
  client_->Send(packed);
  expect(StatusCode::UNIMPLEMENTED, "packed handles");
  client_->Op("TensorListLength", {{a, 0}});
  expect(StatusCode::INVALID_ARGUMENT, "input 0 must be a list of tensors, got float32[2]");
  EXPECT_EQ(client_->ReadFloats({a, 0}), (std::vector<float>{1, 2}));
}

TEST_F(TensorFlowTest, OpsOnAFailedVariableFail) {
  server::ServerOptions options = TensorFlowServerOptions();
  options.devices.cpu_memory_limit = 1 << 20;
  StartWithContext(options);
  const int64_t a = client_->Constant({1, 2}, {2});
  ::tensorflow::AttrValue shape;
  shape.mutable_shape()->add_dim()->set_size(2);
  const int64_t v = client_->Op("VarHandleOp", {}, {{"dtype", TypeAttr(1)}, {"shape", shape}});
  const int64_t nine = client_->Constant(TensorFlowClient::Ints({9}, {1})), axis = client_->Constant(TensorFlowClient::Ints({0}, {}));
  const int64_t bad = client_->Op("GatherV2", {{a, 0}, {nine, 0}, {axis, 0}});
  client_->Op("AssignVariableOp", {{v, 0}, {bad, 0}}, {{"dtype", TypeAttr(1)}});
  const int64_t unset = client_->Op("ReadVariableOp", {{v, 0}}, {{"dtype", TypeAttr(1)}});
  ::tensorflow::TensorProto value;
  EXPECT_FALSE(client_->Read({unset, 0}, &value));  // the assignment's error first
  EXPECT_EQ(client_->status().error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::EndsWith(client_->status().error_message(), "[Op:GatherV2]")) << client_->status().error_message();
  EXPECT_FALSE(client_->Read({unset, 0}, &value));
  EXPECT_EQ(client_->status().error_code(), StatusCode::FAILED_PRECONDITION) << client_->status().error_message();
}

TEST_F(TensorFlowTest, BadTensorsAreRefused) {
  StartWithContext();
  const auto refused = [&](const ::tensorflow::TensorProto& tensor) {
    client_->Constant(tensor);
    return client_->status().error_code() == StatusCode::INVALID_ARGUMENT || client_->status().error_code() == StatusCode::RESOURCE_EXHAUSTED;
  };
  for (int dtype : {0, -1, 20, 21, 99, 1 << 30}) {
    ::tensorflow::TensorProto tensor = TensorFlowClient::Floats({1}, {1});
    tensor.set_dtype(dtype);
    EXPECT_TRUE(refused(tensor)) << dtype;
  }
  EXPECT_TRUE(refused(TensorFlowClient::Floats({1, 2}, {3})));
  EXPECT_TRUE(refused(TensorFlowClient::Floats({1, 2}, {-1})));
  EXPECT_TRUE(refused(TensorFlowClient::Floats({}, {int64_t{1} << 62, int64_t{1} << 62})));
  EXPECT_TRUE(refused(TensorFlowClient::Ints({1}, {int64_t{1} << 50})));  // one value for all of them
  EXPECT_TRUE(refused(TensorFlowClient::Ints({1, 2}, {1})));
  ::tensorflow::TensorProto text;
  text.set_dtype(7);
  text.mutable_tensor_shape()->add_dim()->set_size(int64_t{1} << 50);
  text.add_string_val("repeated");
  EXPECT_TRUE(refused(text));
  text.mutable_tensor_shape()->mutable_dim(0)->set_size(2);
  for (absl::string_view bytes : {absl::string_view("\x05\x01q", 3), absl::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10), absl::string_view("\x01", 1)}) {
    text.set_tensor_content(std::string(bytes));
    EXPECT_TRUE(refused(text));
  }
  ::tensorflow::TensorProto unknown;
  unknown.set_dtype(1);
  unknown.mutable_tensor_shape()->set_unknown_rank(true);
  EXPECT_TRUE(refused(unknown));
}

TEST_F(TensorFlowTest, DeletesFree) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2}, {2});
  ::tensorflow::AttrValue shape, name;
  shape.mutable_shape()->add_dim()->set_size(2);
  name.set_s("cd2c89b7-88b7-44c8-ad83-06c2a9158347");
  const int64_t variables = server::LivingVariables()["/device:CPU:0"];
  const int64_t v = client_->Op("VarHandleOp", {}, {{"dtype", TypeAttr(1)}, {"shape", shape}, {"shared_name", name}});
  client_->Op("AssignVariableOp", {{v, 0}, {a, 0}}, {{"dtype", TypeAttr(1)}});
  EXPECT_EQ(server::LivingVariables()["/device:CPU:0"], variables + 1);
  EXPECT_EQ(Handles(), 2);
  for (const auto& [op, output] : std::vector<TensorFlowClient::Handle>{{a, 0}, {v, 0}, {12345, 0}}) {
    ::tensorflow::eager::EnqueueRequest request;
    request.set_context_id(client_->id());
    request.add_queue()->mutable_handle_to_decref()->set_op_id(op);
    request.mutable_queue(0)->mutable_handle_to_decref()->set_output_num(output);
    grpc::ClientContext context;
    ::tensorflow::eager::EnqueueResponse response;
    ASSERT_TRUE(client_->eager().Enqueue(&context, request, &response).ok());
    EXPECT_EQ(response.queue_response_size(), 1);
  }
  EXPECT_EQ(Handles(), 0);
  EXPECT_EQ(server::LivingVariables()["/device:CPU:0"], variables);
}

TEST_F(TensorFlowTest, ViewsTellContextsApart) {
  Start();
  QueueItem sync;
  sync.mutable_sync_remote_executor_for_stream();
  EXPECT_FALSE(client_->Send(sync));
  EXPECT_EQ(client_->status().error_code(), StatusCode::ABORTED);
  EXPECT_TRUE(absl::StrContains(client_->status().error_message(), "Unable to find a context_id matching the specified one (7)"));
  ASSERT_TRUE(client_->Create(3).ok());
  EXPECT_TRUE(client_->Send(sync));
  EXPECT_EQ(client_->Create(2).error_code(), StatusCode::INVALID_ARGUMENT);
  const auto keep_alive = [&](uint64_t* view) {
    grpc::ClientContext context;
    ::tensorflow::eager::KeepAliveRequest request;
    request.set_context_id(7);
    ::tensorflow::eager::KeepAliveResponse response;
    const grpc::Status status = client_->eager().KeepAlive(&context, request, &response);
    *view = response.context_view_id();
    return status;
  };
  uint64_t view = 0;
  ASSERT_TRUE(keep_alive(&view).ok());
  EXPECT_EQ(view, 3u);
  for (const auto& [wanted, code] : {std::pair{5, StatusCode::INVALID_ARGUMENT}, {4, StatusCode::OK}}) {
    grpc::ClientContext context;
    ::tensorflow::eager::UpdateContextRequest request;
    request.set_context_id(7);
    request.set_context_view_id(static_cast<uint64_t>(wanted));
    ::tensorflow::eager::UpdateContextResponse response;
    EXPECT_EQ(client_->eager().UpdateContext(&context, request, &response).error_code(), code);
  }
  const auto close = [&](uint64_t of) {
    grpc::ClientContext context;
    ::tensorflow::eager::CloseContextRequest request;
    request.set_context_id(7);
    request.set_context_view_id(of);
    ::tensorflow::eager::CloseContextResponse response;
    return client_->eager().CloseContext(&context, request, &response);
  };
  EXPECT_TRUE(close(3).ok());  // of the view before: the context stays
  EXPECT_TRUE(keep_alive(&view).ok());
  EXPECT_EQ(view, 4u);
  EXPECT_TRUE(close(4).ok());
  EXPECT_EQ(keep_alive(&view).error_code(), StatusCode::ABORTED);
}

TEST_F(TensorFlowTest, AContextGoesWhenItsConnectionHasGone) {
  server::ServerOptions options = TensorFlowServerOptions();
  options.session_grace = absl::Milliseconds(100);
  StartWithContext(options);
  client_->Constant({1, 2}, {2});
  EXPECT_EQ(server_->sessions().List().size(), 1u);
  absl::SleepFor(absl::Seconds(2));
  EXPECT_EQ(server_->sessions().List().size(), 1u);  // silent, but there
  client_.reset();
  for (int i = 0; i < 200 && !server_->sessions().List().empty(); ++i) absl::SleepFor(absl::Milliseconds(100));
  EXPECT_TRUE(server_->sessions().List().empty());
}

TEST_F(TensorFlowTest, AKilledSessionTellsItsClient) {
  StartWithContext();
  const int64_t a = client_->Constant({1, 2}, {2});
  ASSERT_EQ(server_->sessions().List().size(), 1u);
  ASSERT_TRUE(server_->sessions().Kill(server_->sessions().List()[0]->id(), server::Caller()).ok());
  client_->Op("Neg", {{a, 0}});
  EXPECT_FALSE(client_->status().ok());
  ASSERT_TRUE(client_->Create(1).ok());  // as a program that connects again does
  EXPECT_EQ(client_->ReadFloats({client_->Constant({3}, {}), 0}), (std::vector<float>{3}));
}

TEST_F(TensorFlowTest, LimitsHold) {
  server::ServerOptions options = TensorFlowServerOptions();
  options.limits.session_handles = 3;
  StartWithContext(options);
  const int64_t a = client_->Constant({1, 2}, {2});
  client_->Op("Neg", {{a, 0}});
  client_->Op("Neg", {{a, 0}});
  client_->Op("Neg", {{a, 0}});
  EXPECT_EQ(client_->status().error_code(), StatusCode::RESOURCE_EXHAUSTED) << client_->status().error_message();
  EXPECT_EQ(client_->ReadFloats({a, 0}), (std::vector<float>{1, 2}));
}

TEST_F(TensorFlowTest, CanBeTurnedOff) {
  server::ServerOptions options = TensorFlowServerOptions();
  options.tensorflow = false;
  Start(options);
  EXPECT_EQ(client_->Create().error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(TensorFlowTest, ManyClientsDoNotSeeEachOther) {
  StartWithContext();
  const int64_t mine = client_->Constant({1}, {});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      TensorFlowClient other(server_->addresses()[0], static_cast<uint64_t>(100 + i));
      ASSERT_TRUE(other.Create().ok());
      int64_t x = other.Constant({static_cast<float>(i)}, {});
      const int64_t one = other.Constant({1}, {});
      for (int n = 0; n < 50; ++n) x = other.Op("AddV2", {{x, 0}, {one, 0}});
      EXPECT_EQ(other.ReadFloats({x, 0}), (std::vector<float>{static_cast<float>(i + 50)}));
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(client_->ReadFloats({mine, 0}), (std::vector<float>{1}));
}

}  // namespace
}  // namespace eager
