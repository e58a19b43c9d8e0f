#include "tests/bench/raw_server.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "raw.grpc.pb.h"

namespace eager::bench {
namespace {

// Where uploads go and downloads come from. Its pages are there before the first of them.
std::vector<char>& Buffer() {
  static auto* buffer = new std::vector<char>(kTransferBytes, 1);
  return *buffer;
}

class UploadReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  explicit UploadReactor(grpc::ByteBuffer* response) {
    *response = grpc::ByteBuffer(&empty_, 1);
    StartRead(&message_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) {
      const bool all = received_ == Buffer().size();
      Finish(all ? grpc::Status::OK : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not all bytes came"));
      return;
    }
    std::vector<grpc::Slice> slices;
    message_.Dump(&slices).ok();
    for (const grpc::Slice& slice : slices) {
      const size_t n = std::min(slice.size(), Buffer().size() - received_);
      std::memcpy(Buffer().data() + received_, slice.begin(), n);
      received_ += n;
    }
    StartRead(&message_);
  }
  void OnDone() override { delete this; }

 private:
  const grpc::Slice empty_;
  grpc::ByteBuffer message_;
  size_t received_ = 0;
};

class DownloadReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  DownloadReactor() { WriteNext(); }
  void OnWriteDone(bool ok) override {
    if (ok && sent_ < Buffer().size()) {
      WriteNext();
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnDone() override { delete this; }

 private:
  void WriteNext() {
    const grpc::Slice slice(Buffer().data() + sent_, kSliceBytes, grpc::Slice::STATIC_SLICE);
    message_ = grpc::ByteBuffer(&slice, 1);
    sent_ += kSliceBytes;
    StartWrite(&message_);
  }

  grpc::ByteBuffer message_;
  size_t sent_ = 0;
};

using RawService = raw::Comparator::WithRawCallbackMethod_Upload<
    raw::Comparator::WithRawCallbackMethod_Download<raw::Comparator::Service>>;

class ComparatorService final : public RawService {
  grpc::Status Ops(grpc::ServerContext*, grpc::ServerReaderWriter<raw::OpReply, raw::OpBatch>* stream) override {
    std::vector<double> slots(kOpSlots, 0);
    slots[0] = 1;
    raw::OpBatch batch;
    raw::OpReply reply;
    while (stream->Read(&batch)) {
      for (const raw::Op& op : batch.ops()) {
        double sum = 0;
        for (uint64_t input : op.inputs()) sum += slots[input % kOpSlots];
        slots[op.output() % kOpSlots] = sum;
        reply.set_value(sum);
      }
      if (batch.reply()) stream->Write(reply);
    }
    return grpc::Status::OK;
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* Upload(grpc::CallbackServerContext*, grpc::ByteBuffer* response) override {
    return new UploadReactor(response);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Download(grpc::CallbackServerContext*, const grpc::ByteBuffer*) override {
    return new DownloadReactor();
  }
};

}  // namespace

int ServeRaw() {
  ComparatorService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  std::printf("event=listening address=127.0.0.1:%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}

}  // namespace eager::bench
