// A client of TensorFlow's protocol, message by message.
#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow/eager_service.grpc.pb.h"
#include "tensorflow/worker.grpc.pb.h"

namespace eager {

inline constexpr char kTensorFlowDevice[] = "/job:worker/replica:0/task:0/device:CPU:0";

// Not thread-safe.
class TensorFlowClient {
 public:
  using Handle = std::pair<int64_t, int>;

  explicit TensorFlowClient(const std::string& address, uint64_t id = 7) : id_(id) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    eager_ = ::tensorflow::eager::EagerService::NewStub(channel_);
    worker_ = ::tensorflow::WorkerService::NewStub(channel_);
  }
  ~TensorFlowClient() { Disconnect(); }

  ::tensorflow::eager::EagerService::Stub& eager() { return *eager_; }
  ::tensorflow::WorkerService::Stub& worker() { return *worker_; }
  uint64_t id() const { return id_; }

  grpc::Status Create(uint64_t view = 0, const ::tensorflow::ServerDef& cluster = {}) {
    ::tensorflow::eager::CreateContextRequest request;
    request.set_context_id(id_);
    request.set_context_view_id(view);
    request.set_keep_alive_secs(600);
    *request.mutable_server_def() = cluster;
    ::tensorflow::eager::CreateContextResponse response;
    grpc::ClientContext context;
    return eager_->CreateContext(&context, request, &response);
  }

  // Sends an item on the stream, which is opened where there is none. False: the stream has ended; status() says why.
  bool Send(const ::tensorflow::eager::QueueItem& item, ::tensorflow::eager::QueueResponse* response = nullptr) {
    if (stream_ == nullptr) {
      context_ = std::make_unique<grpc::ClientContext>();
      context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      stream_ = eager_->StreamingEnqueue(context_.get());
    }
    ::tensorflow::eager::EnqueueRequest request;
    request.set_context_id(id_);
    *request.add_queue() = item;
    ::tensorflow::eager::EnqueueResponse answer;
    if (stream_->Write(request) && stream_->Read(&answer)) {
      if (response != nullptr) *response = answer.queue_response(0);
      return true;
    }
    status_ = stream_->Finish();
    stream_.reset();
    return false;
  }
  const grpc::Status& status() const { return status_; }
  void Disconnect() {
    if (stream_ == nullptr) return;
    context_->TryCancel();
    stream_->Finish();
    stream_.reset();
  }

  // An op on the stream: gives its id.
  int64_t Op(const std::string& name, const std::vector<Handle>& inputs,
             const std::vector<std::pair<std::string, ::tensorflow::AttrValue>>& attrs = {},
             ::tensorflow::eager::QueueResponse* response = nullptr, bool is_function = false) {
    ::tensorflow::eager::QueueItem item;
    auto& op = *item.mutable_operation();
    op.set_id(next_++);
    op.set_name(name);
    op.set_device(kTensorFlowDevice);
    op.set_is_function(is_function);
    for (const Handle& input : inputs) {
      auto* handle = op.add_op_inputs()->mutable_remote_handle();
      handle->set_op_id(input.first);
      handle->set_output_num(input.second);
    }
    for (const auto& [key, value] : attrs) (*op.mutable_attrs())[key] = value;
    const int64_t id = op.id();
    Send(item, response);
    return id;
  }
  int64_t Constant(const std::vector<float>& values, const std::vector<int64_t>& dims) {
    ::tensorflow::TensorProto tensor = Floats(values, dims);
    return Constant(tensor);
  }
  int64_t Constant(const ::tensorflow::TensorProto& tensor) {
    ::tensorflow::eager::QueueItem item;
    item.mutable_send_tensor()->set_op_id(next_++);
    item.mutable_send_tensor()->set_device_name(kTensorFlowDevice);
    *item.mutable_send_tensor()->add_tensors() = tensor;
    Send(item);
    return item.send_tensor().op_id();
  }
  static ::tensorflow::TensorProto Floats(const std::vector<float>& values, const std::vector<int64_t>& dims) {
    ::tensorflow::TensorProto tensor;
    tensor.set_dtype(1);
    for (int64_t dim : dims) tensor.mutable_tensor_shape()->add_dim()->set_size(dim);
    tensor.set_tensor_content(std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
    return tensor;
  }
  static ::tensorflow::TensorProto Ints(const std::vector<int>& values, const std::vector<int64_t>& dims) {
    ::tensorflow::TensorProto tensor;
    tensor.set_dtype(3);
    for (int64_t dim : dims) tensor.mutable_tensor_shape()->add_dim()->set_size(dim);
    for (int value : values) tensor.add_int_val(value);
    return tensor;
  }

  // _Send and RecvTensor of a handle. False where the stream ended at the _Send, or the call failed; status() says why.
  bool Read(Handle handle, ::tensorflow::TensorProto* value) {
    const std::string name = "read_" + std::to_string(next_);
    Op("_Send", {handle}, SendAttrs(name));
    if (stream_ == nullptr) return false;
    status_ = Recv(static_cast<int64_t>(id_), Key(name), value);
    return status_.ok();
  }
  grpc::Status Recv(int64_t step, const std::string& key, ::tensorflow::TensorProto* value, std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    ::tensorflow::RecvTensorRequest request;
    request.set_step_id(step);
    request.set_rendezvous_key(key);
    ::tensorflow::RecvTensorResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + limit);
    const grpc::Status status = worker_->RecvTensor(&context, request, &response);
    *value = response.tensor();
    return status;
  }
  std::vector<float> ReadFloats(Handle handle) {
    ::tensorflow::TensorProto value;
    EXPECT_TRUE(Read(handle, &value)) << status_.error_message();
    std::vector<float> floats(value.tensor_content().size() / sizeof(float));
    std::memcpy(floats.data(), value.tensor_content().data(), value.tensor_content().size());
    return floats;
  }

  static std::vector<std::pair<std::string, ::tensorflow::AttrValue>> SendAttrs(const std::string& name) {
    ::tensorflow::AttrValue from, to, tensor, incarnation;
    from.set_s(kTensorFlowDevice);
    to.set_s("/job:localhost/replica:0/task:0/device:CPU:0");
    tensor.set_s(name);
    incarnation.set_i(kIncarnation);
    return {{"send_device", from}, {"recv_device", to}, {"tensor_name", tensor}, {"send_device_incarnation", incarnation}};
  }
  static std::string Key(const std::string& name) {
    return std::string(kTensorFlowDevice) + ";00000000000000ab;/job:localhost/replica:0/task:0/device:CPU:0;" + name + ";0:0";
  }

 private:
  static constexpr int64_t kIncarnation = 0xab;

  const uint64_t id_;
  int64_t next_ = 1;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<::tensorflow::eager::EagerService::Stub> eager_;
  std::unique_ptr<::tensorflow::WorkerService::Stub> worker_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<::tensorflow::eager::EnqueueRequest, ::tensorflow::eager::EnqueueResponse>> stream_;
  grpc::Status status_;
};

}  // namespace eager
