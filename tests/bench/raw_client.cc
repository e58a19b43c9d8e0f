#include "tests/bench/raw_client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "raw.grpc.pb.h"
#include "tests/bench/raw_server.h"

namespace eager::bench {
namespace {

void Check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("the raw gRPC comparator failed: ") + what);
}

// A call of plain buffers, one step at a time.
class BufferCall {
 public:
  BufferCall(grpc::GenericStub& stub, const std::string& method) : call_(stub.PrepareCall(&context_, method, &queue_)) {
    call_->StartCall(this);
    Check(Next(), "start");
  }
  ~BufferCall() {
    context_.TryCancel();
    queue_.Shutdown();
    while (Next() || !drained_) {
    }
  }
  void Write(const grpc::Slice& slice) {
    call_->Write(grpc::ByteBuffer(&slice, 1), this);
    Check(Next(), "write");
  }
  void WritesDone() {
    call_->WritesDone(this);
    Check(Next(), "end of writes");
  }
  bool Read(grpc::ByteBuffer* message) {
    call_->Read(message, this);
    return Next();
  }
  void Finish() {
    grpc::Status status;
    call_->Finish(&status, this);
    Check(Next() && status.ok(), status.error_message().c_str());
  }

 private:
  bool Next() {
    void* tag;
    bool ok = false;
    drained_ = !queue_.Next(&tag, &ok);
    return !drained_ && ok;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool drained_ = false;
};

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

struct RawClient::State {
  explicit State(const std::string& address)
      : channel(MakeChannel(address)),
        stub(raw::Comparator::NewStub(channel)),
        buffers(channel),
        ops(stub->Ops(&context)) {}

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<raw::Comparator::Stub> stub;
  grpc::GenericStub buffers;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<raw::OpBatch, raw::OpReply>> ops;
  raw::OpBatch batch;
  uint64_t last = 1;  // slot of the sum so far
  double sum = 0;
};

RawClient::RawClient(const std::string& address) : state_(std::make_unique<State>(address)) {}

RawClient::~RawClient() {
  state_->ops->WritesDone();
  state_->ops->Finish();
}

void RawClient::AddChain(int n, int batch) {
  State& s = *state_;
  for (int done = 0; done < n;) {
    s.batch.Clear();
    for (int i = 0; i < batch && done < n; ++i, ++done) {
      raw::Op* op = s.batch.add_ops();
      op->set_kind(1);
      op->add_inputs(s.last);
      op->add_inputs(0);
      s.last = s.last % (kOpSlots - 1) + 1;  // never 0, which holds the addend
      op->set_output(s.last);
    }
    s.batch.set_reply(done == n);
    Check(s.ops->Write(s.batch), "write of ops");
  }
  raw::OpReply reply;
  Check(s.ops->Read(&reply), "reply");
  s.sum += n;
  Check(reply.value() == s.sum, "the sum is wrong");
}

void RawClient::Upload(const std::vector<char>& bytes) {
  BufferCall call(state_->buffers, "/eager.bench.raw.Comparator/Upload");
  for (size_t at = 0; at < bytes.size(); at += kSliceBytes) {
    const size_t n = std::min(kSliceBytes, bytes.size() - at);
    call.Write(grpc::Slice(bytes.data() + at, n, grpc::Slice::STATIC_SLICE));
  }
  call.WritesDone();
  grpc::ByteBuffer response;
  Check(call.Read(&response), "response to an upload");
  call.Finish();
}

void RawClient::Download(std::vector<char>& bytes) {
  BufferCall call(state_->buffers, "/eager.bench.raw.Comparator/Download");
  call.Write(grpc::Slice());
  call.WritesDone();
  size_t received = 0;
  grpc::ByteBuffer message;
  std::vector<grpc::Slice> slices;
  while (call.Read(&message)) {
    slices.clear();
    Check(message.Dump(&slices).ok(), "dump");
    for (const grpc::Slice& slice : slices) {
      const size_t n = std::min(slice.size(), bytes.size() - received);
      std::memcpy(bytes.data() + received, slice.begin(), n);
      received += n;
    }
  }
  call.Finish();
  Check(received == bytes.size(), "not all bytes came");
}

}  // namespace eager::bench
