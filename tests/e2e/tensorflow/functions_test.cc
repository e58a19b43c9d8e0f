// Functions that a TensorFlow client registers: what they compute, and what is refused of them.
#include <thread>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "tests/e2e/tensorflow/server_options.h"
#include "tests/e2e/tensorflow/tensorflow_client.h"
#include "tests/support/function_def.h"

namespace eager {
namespace {

using grpc::StatusCode;
using ::tensorflow::eager::QueueItem;

// y = x + x * x, by nodes that stand in the wrong order.
constexpr char kSquarePlus[] = R"(
  signature { name: "square_plus" input_arg { name: "x" type: 1 } output_arg { name: "y" type: 1 } }
  node_def { name: "sum" op: "AddV2" input: "x" input: "square:z:0" }
  node_def { name: "square" op: "Mul" input: "x" input: "x" }
  node_def { name: "unused" op: "MatrixInverse" input: "x" }
  ret { key: "y" value: "sum:z:0" })";

// Counts x down to 0 and adds up what it was on the way.
constexpr char kBelow[] = R"(
  signature { name: "above_zero" input_arg { name: "x" type: 1 } input_arg { name: "sum" type: 1 } output_arg { name: "go_on" type: 10 } }
  node_def { name: "zero" op: "Const" attr { key: "value" value { tensor { dtype: 1 tensor_shape {} float_val: 0 } } } attr { key: "dtype" value { type: 1 } } }
  node_def { name: "greater" op: "Greater" input: "x" input: "zero:output:0" }
  ret { key: "go_on" value: "greater:z:0" })";
constexpr char kBody[] = R"(
  signature { name: "step" input_arg { name: "x" type: 1 } input_arg { name: "sum" type: 1 }
              output_arg { name: "less" type: 1 } output_arg { name: "more" type: 1 } }
  node_def { name: "one" op: "Const" attr { key: "value" value { tensor { dtype: 1 tensor_shape {} float_val: 1 } } } }
  node_def { name: "sub" op: "Sub" input: "x" input: "one:output:0" }
  node_def { name: "add" op: "AddV2" input: "sum" input: "x" }
  ret { key: "less" value: "sub:z:0" } ret { key: "more" value: "add:z:0" })";
constexpr char kLoop[] = R"(
  signature { name: "loop" input_arg { name: "x" type: 1 } output_arg { name: "sum" type: 1 } }
  node_def { name: "zero" op: "Const" attr { key: "value" value { tensor { dtype: 1 tensor_shape {} float_val: 0 } } } }
  node_def { name: "while" op: "StatelessWhile" input: "x" input: "zero:output:0"
             attr { key: "cond" value { func { name: "above_zero" } } } attr { key: "body" value { func { name: "step" } } } }
  ret { key: "sum" value: "while:output:1" })";

class TensorFlowFunctionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<server::Server>> made = server::Server::Make(TensorFlowServerOptions());
    ASSERT_TRUE(made.ok()) << made.status();
    server_ = *std::move(made);
    client_ = std::make_unique<TensorFlowClient>(server_->addresses()[0]);
    ASSERT_TRUE(client_->Create().ok());
  }
  bool Register(const std::string& text) {
    QueueItem item;
    *item.mutable_register_function()->mutable_function_def() = ParseFunction(text);
    return client_->Send(item);
  }
  // The status that calling the function with one float ends with.
  grpc::Status Call(const std::string& name) {
    const int64_t x = client_->Constant({3}, {});
    ::tensorflow::eager::QueueResponse response;
    client_->Op(name, {{x, 0}}, {}, &response, /*is_function=*/true);
    return response.shape_size() > 0 ? grpc::Status::OK : client_->status();
  }

  std::unique_ptr<server::Server> server_;
  std::unique_ptr<TensorFlowClient> client_;
};

TEST_F(TensorFlowFunctionsTest, RunsNodesAfterTheirInputs) {
  ASSERT_TRUE(Register(kSquarePlus));
  const int64_t x = client_->Constant({1, 2, 3}, {3});
  const int64_t y = client_->Op("square_plus", {{x, 0}}, {}, nullptr, true);
  EXPECT_EQ(client_->ReadFloats({y, 0}), (std::vector<float>{2, 6, 12}));  // the inverse of a vector would have failed
}

TEST_F(TensorFlowFunctionsTest, Loops) {
  for (const char* text : {kBelow, kBody, kLoop}) ASSERT_TRUE(Register(text));
  const int64_t x = client_->Constant({100}, {});
  const int64_t y = client_->Op("loop", {{x, 0}}, {}, nullptr, true);
  EXPECT_EQ(client_->ReadFloats({y, 0}), (std::vector<float>{5050}));
}

TEST_F(TensorFlowFunctionsTest, AttributesComeFromTheCaller) {
  ASSERT_TRUE(Register(R"(
    signature { name: "cast" input_arg { name: "x" type: 1 } output_arg { name: "y" type: 3 } }
    node_def { name: "c" op: "Cast" input: "x" attr { key: "SrcT" value { type: 1 } } attr { key: "DstT" value { placeholder: "to" } } }
    ret { key: "y" value: "c:y:0" })"));
  ::tensorflow::AttrValue to;
  to.set_type(3);
  const int64_t x = client_->Constant({3.7f}, {});
  ::tensorflow::TensorProto value;
  ASSERT_TRUE(client_->Read({client_->Op("cast", {{x, 0}}, {{"to", to}}, nullptr, true), 0}, &value)) << client_->status().error_message();
  EXPECT_EQ(value.dtype(), 3);
  EXPECT_EQ(Call("cast").error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(TensorFlowFunctionsTest, ErrorsNameFunctionAndNode) {
  ASSERT_TRUE(Register(R"(
    signature { name: "bad" input_arg { name: "x" type: 1 } output_arg { name: "y" type: 1 } }
    node_def { name: "inverse" op: "MatrixInverse" input: "x" }
    ret { key: "y" value: "inverse:output:0" })"));
  const grpc::Status status = Call("bad");
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StartsWith(status.error_message(), "{{function_node bad}} ")) << status.error_message();
  EXPECT_TRUE(absl::EndsWith(status.error_message(), "[[{{node inverse}}]]")) << status.error_message();
}

TEST_F(TensorFlowFunctionsTest, WhatIsNoFunctionIsRefused) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"(node_def { name: "a" op: "Neg" input: "b:y:0" } node_def { name: "b" op: "Neg" input: "a:y:0" } ret { key: "y" value: "a:y:0" })", "wait for each other"},
      {R"(node_def { name: "a" op: "Neg" input: "nobody" } ret { key: "y" value: "a:y:0" })", "nothing is called 'nobody'"},
      {R"(node_def { name: "a" op: "Neg" input: "^nobody" } ret { key: "y" value: "a:y:0" })", "there is no node 'nobody'"},
      {R"(node_def { name: "a" op: "Neg" input: "x" } node_def { name: "a" op: "Neg" input: "x" } ret { key: "y" value: "a:y:0" })", "two nodes"},
      {R"(node_def { name: "a" op: "Neg" input: "x" })", "output 'y' has no value"},
      {R"(node_def { name: "a" op: "Neg" input: "x" } ret { key: "y" value: "a:y:7" })", "output 7 is used"},
      {R"(node_def { name: "a" op: "Neg" input: "x" } ret { key: "y" value: "a:b:c:d" })", "no name of a value"},
      {R"(node_def { name: "a" op: "Neg" input: "x" } ret { key: "y" value: "a:y:-3" })", "no name of a value"},
      {R"(node_def { name: "a" op: "NoSuchOp" input: "x" } ret { key: "y" value: "a:y:0" })", "NoSuchOp"},
      {R"(node_def { name: "a" op: "StatefulPartitionedCall" input: "x" attr { key: "f" value { func { name: "self" } } } } ret { key: "y" value: "a:output:0" })", "more than 100 deep"},
      {R"(node_def { name: "a" op: "StatefulPartitionedCall" input: "x" attr { key: "f" value { func { name: "nowhere" } } } } ret { key: "y" value: "a:output:0" })", "'nowhere'"},
      {R"(node_def { name: "a" op: "If" input: "x" } ret { key: "y" value: "a:output:0" })", "attribute 'then_branch' is missing"},
      {R"(node_def { name: "a" op: "Const" } ret { key: "y" value: "a:output:0" })", "attribute 'value' is missing"},
  };
  for (const auto& [nodes, text] : wrong) {
    ASSERT_TRUE(Register(R"(signature { name: "self" input_arg { name: "x" type: 1 } output_arg { name: "y" type: 1 } } )" + nodes));
    const grpc::Status status = Call("self");
    EXPECT_FALSE(status.ok()) << nodes;
    EXPECT_TRUE(absl::StrContains(status.error_message(), text)) << status.error_message();
  }
  QueueItem remove;
  remove.mutable_remove_function()->set_function_name("self");
  ASSERT_TRUE(client_->Send(remove));
  EXPECT_EQ(Call("self").error_code(), StatusCode::NOT_FOUND);
}

// The part of the test that plays a client's own worker: has one tensor for whoever asks.
class OneTensor final : public ::tensorflow::WorkerService::Service {
 public:
  grpc::Status RecvTensor(grpc::ServerContext*, const ::tensorflow::RecvTensorRequest* request,
                          ::tensorflow::RecvTensorResponse* response) override {
    if (!absl::StrContains(request->rendezvous_key(), ";arrives;")) return grpc::Status(StatusCode::NOT_FOUND, "no such tensor");
    *response->mutable_tensor() = TensorFlowClient::Floats({10, 20}, {2});
    return grpc::Status::OK;
  }
};

TEST_F(TensorFlowFunctionsTest, PartsOfAFunctionSendAndReceive) {
  OneTensor worker;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&worker);
  const std::unique_ptr<grpc::Server> mine = builder.BuildAndStart();
  ::tensorflow::ServerDef cluster;
  cluster.set_job_name("worker");
  auto* job = cluster.mutable_cluster()->add_job();
  job->set_name("localhost");
  (*job->mutable_tasks())[0] = "localhost:" + std::to_string(port);
  ASSERT_TRUE(client_->Create(1, cluster).ok());

  const std::string send = R"(node_def { name: "send" op: "_Send" input: "x"
    attr { key: "tensor_name" value { s: "leaves" } } attr { key: "send_device" value { s: "/job:worker/replica:0/task:0/device:CPU:0" } }
    attr { key: "recv_device" value { s: "/job:localhost/replica:0/task:0/device:CPU:0" } } attr { key: "send_device_incarnation" value { i: 171 } } })";
  const auto receive = [](const std::string& name) {
    return R"(node_def { name: "recv" op: "_Recv" attr { key: "tensor_type" value { type: 1 } } attr { key: "tensor_name" value { s: ")" + name +
           R"(" } } attr { key: "send_device" value { s: "/job:localhost/replica:0/task:0/device:CPU:0" } }
    attr { key: "recv_device" value { s: "/job:worker/replica:0/task:0/device:CPU:0" } } attr { key: "send_device_incarnation" value { i: 5 } } })";
  };
  const std::string signature = R"(signature { name: "part" input_arg { name: "x" type: 1 } output_arg { name: "y" type: 1 } } )";
  const std::string add = R"(node_def { name: "add" op: "AddV2" input: "x" input: "recv:tensor:0" } ret { key: "y" value: "add:z:0" })";
  const auto run = [&](int64_t x, int64_t step, ::tensorflow::eager::RunComponentFunctionResponse* response) {
    ::tensorflow::eager::RunComponentFunctionRequest request;
    request.set_context_id(client_->id());
    auto& op = *request.mutable_operation();
    op.set_id(500 + step);
    op.set_name("part");
    op.set_device(kTensorFlowDevice);
    op.set_is_component_function(true);
    op.set_func_step_id(step);
    op.add_op_inputs()->mutable_remote_handle()->set_op_id(x);
    request.add_output_num(4);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return client_->eager().RunComponentFunction(&context, request, response);
  };
  const int64_t x = client_->Constant({1, 2}, {2});
  ASSERT_TRUE(Register(signature + receive("arrives") + send + add));
  ::tensorflow::eager::RunComponentFunctionResponse response;
  const grpc::Status status = run(x, 1, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.shape_size(), 1);
  EXPECT_EQ(response.shape(0).dim(0).size(), 2);
  EXPECT_EQ(client_->ReadFloats({501, 4}), (std::vector<float>{11, 22}));
  ::tensorflow::TensorProto sent;
  ASSERT_TRUE(client_->Recv(1, TensorFlowClient::Key("leaves"), &sent).ok());
  EXPECT_EQ(sent.tensor_content().size(), 8u);

  // What never arrives is an error of the call, with the address; a step that has ended takes what it had sent along.
  ASSERT_TRUE(Register(signature + receive("never") + send + add));
  const grpc::Status failed = run(x, 2, &response);
  EXPECT_EQ(failed.error_code(), StatusCode::NOT_FOUND);
  EXPECT_TRUE(absl::StrContains(failed.error_message(), "127.0.0.1:" + std::to_string(port))) << failed.error_message();
  QueueItem cleanup;
  cleanup.mutable_cleanup_function()->set_step_id(2);
  ASSERT_TRUE(client_->Send(cleanup));
  EXPECT_EQ(client_->Recv(2, TensorFlowClient::Key("leaves"), &sent, std::chrono::milliseconds(100)).error_code(), StatusCode::DEADLINE_EXCEEDED);
  mine->Shutdown();
}

}  // namespace
}  // namespace eager
