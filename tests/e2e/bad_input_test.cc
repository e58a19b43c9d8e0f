// Clients that make mistakes, on the wire itself: each hears of its own mistake, everybody else goes on, and nothing is
// left behind.

#include <arpa/inet.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/eager.h"
#include "eager/v1/service.grpc.pb.h"
#include "server/rpc/server.h"

namespace eager {
namespace {

using grpc::StatusCode;

constexpr char kToken[] = "a token of a test";

// A session stream, written by hand.
class RawSession {
 public:
  explicit RawSession(v1::TensorService::Stub& stub) : stream_(stub.Session(&context_)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  }
  ~RawSession() {
    context_.TryCancel();
    if (!finished_) stream_->Finish();
  }
  static v1::ClientMessage Open(const std::string& token = kToken) {
    v1::ClientMessage message;
    message.set_seq(1);
    message.mutable_open()->set_token(token);
    return message;
  }
  // Sends items as the next message and, where `reply` is, waits for the answer.
  bool Send(v1::ClientMessage message, v1::ServerMessage* reply = nullptr) {
    return stream_->Write(message) && (reply == nullptr || stream_->Read(reply));
  }
  grpc::Status Finish() {
    stream_->WritesDone();
    v1::ServerMessage ignored;
    while (stream_->Read(&ignored)) {
    }
    finished_ = true;
    return stream_->Finish();
  }
  grpc::ClientContext& context() { return context_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ClientMessage, v1::ServerMessage>> stream_;
  bool finished_ = false;
};

void AddConstant(v1::ClientMessage& m, uint64_t handle, int64_t n, v1::DType dtype = v1::FLOAT32, size_t bytes = ~size_t{0}) {
  v1::Constant* constant = m.add_items()->mutable_constant();
  constant->set_handle(handle);
  constant->mutable_value()->mutable_spec()->set_dtype(dtype);
  constant->mutable_value()->mutable_spec()->add_dims(n);
  constant->mutable_value()->set_data(std::string(bytes == ~size_t{0} ? static_cast<size_t>(n) * 4 : bytes, '\0'));
}
void AddDefine(v1::ClientMessage& m, uint32_t id, const std::string& op, const std::string& device = "") {
  m.add_items()->mutable_define()->set_id(id);
  m.mutable_items()->rbegin()->mutable_define()->set_op(op);
  m.mutable_items()->rbegin()->mutable_define()->set_device(device);
}
v1::RunOp* AddRun(v1::ClientMessage& m, uint32_t signature, std::vector<uint64_t> inputs, uint64_t output, uint32_t outputs = 1) {
  v1::RunOp* run = m.add_items()->mutable_run();
  run->set_signature(signature);
  for (uint64_t input : inputs) run->add_inputs(output - input);
  run->set_first_output(output);
  run->set_num_outputs(outputs);
  return run;
}
void AddFetch(v1::ClientMessage& m, uint64_t id, uint64_t handle) {
  m.add_items()->mutable_fetch()->set_id(id);
  m.mutable_items()->rbegin()->mutable_fetch()->set_handle(handle);
}

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    // Nothing waits for those who disappear.
    server_ = *server::Server::Make({.listen = {"127.0.0.1:0"}, .session_grace = absl::ZeroDuration()});
    Connect(server_->addresses()[0]);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = grpc::CreateCustomChannel(server_->addresses()[0], grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::TensorService::NewStub(channel_);
    ExpectHealthy();
  }
  // Another session still works, and after its end the daemon holds nothing.
  void TearDown() override {
    ExpectHealthy();
    Disconnect();
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    std::string left = Left();
    for (; !left.empty() && absl::Now() < deadline; left = Left()) absl::SleepFor(absl::Milliseconds(20));
    EXPECT_EQ(left, "");
    server_->Shutdown(absl::ZeroDuration());
  }
  void ExpectHealthy() { EXPECT_EQ(int(constant(20) + 1), 21); }
  std::string Left() {
    grpc::ClientContext a, b;
    v1::ListSessionsResponse sessions;
    v1::ListDevicesResponse devices;
    if (!stub_->ListSessions(&a, {}, &sessions).ok() || !stub_->ListDevices(&b, {}, &devices).ok()) return "no answer";
    const v1::DeviceInfo& cpu = devices.devices(0);
    if (sessions.sessions_size() == 0 && cpu.bytes_in_use() == 0 && cpu.live_buffers() == 0) return "";
    return absl::StrCat(sessions.sessions_size(), " sessions, ", cpu.bytes_in_use(), " bytes, ", cpu.live_buffers(), " buffers");
  }
  // Sends a message with `fill`'s items to a fresh session that has float32[2] under 1 and AddV2 under 1, and then
  // reads that session's own tensor: the mistake must not have hurt it.
  v1::ServerMessage Items(const std::function<void(v1::ClientMessage&)>& fill) {
    RawSession session(*stub_);
    v1::ClientMessage message = RawSession::Open();
    AddConstant(message, 1, 2);
    AddDefine(message, 1, "AddV2");
    fill(message);
    AddFetch(message, 1000, 1);
    v1::ServerMessage reply;
    EXPECT_TRUE(session.Send(message, &reply));
    EXPECT_EQ(reply.fetched_size() > 0 ? reply.fetched().rbegin()->value().data().size() : 0, 8u) << reply.DebugString();
    EXPECT_TRUE(session.Finish().ok());
    WaitForEnd();
    return reply;
  }
  void ExpectFailure(StatusCode code, const std::function<void(v1::ClientMessage&)>& fill) {
    const v1::ServerMessage reply = Items(fill);
    ASSERT_EQ(reply.failures_size(), 1) << reply.DebugString();
    EXPECT_EQ(reply.failures(0).status().code(), code) << reply.DebugString();
    EXPECT_FALSE(reply.failures(0).status().message().empty());
  }
  // The mistake is kept under handle 50.
  void ExpectPoison(StatusCode code, const std::function<void(v1::ClientMessage&)>& fill) {
    const v1::ServerMessage reply = Items([&](v1::ClientMessage& m) {
      fill(m);
      AddFetch(m, 1, 50);
    });
    ASSERT_EQ(reply.failures_size(), 0) << reply.DebugString();
    EXPECT_EQ(reply.fetched(0).status().code(), code) << reply.DebugString();
  }
  // Until only the healthy session is open: the next one uses the same token.
  void WaitForEnd() {
    for (int i = 0; i < 1000; ++i) {
      grpc::ClientContext context;
      v1::ListSessionsResponse sessions;
      stub_->ListSessions(&context, {}, &sessions);
      if (sessions.sessions_size() <= 1) return;
      absl::SleepFor(absl::Milliseconds(10));
    }
    ADD_FAILURE() << "a session did not end";
  }
  int Dial() const {
    const std::string address = server_->addresses()[0];
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    return fd;
  }
  // One message of raw bytes to a method.
  grpc::Status SendBytes(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1), response;
    grpc::CompletionQueue queue;
    auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    return status;
  }

  std::unique_ptr<server::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TensorService::Stub> stub_;
};

TEST_F(BadInput, GarbageOnThePort) {
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& bytes : {std::string(100000, '\xff'), std::string(1000, '\0'), std::string("GET / HTTP/1.1\r\n\r\n"),
                                   preface + std::string(5000, '\x7f'), preface.substr(0, 7), std::string()}) {
    const int fd = Dial();
    send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ExpectHealthy();
    close(fd);
  }
}

TEST_F(BadInput, GarbageMessages) {
  const std::string garbage(50, '\xff');
  for (const char* method : {"Hello", "Session", "Upload", "Download", "Execute", "NoSuchCall"}) {
    const bool accepted = SendBytes(absl::StrCat("/eager.v1.TensorService/", method), garbage).ok();
    EXPECT_TRUE(!accepted || method == std::string("Session")) << method;  // gRPC ends that stream without an error
    ExpectHealthy();
  }
}

TEST_F(BadInput, BadBeginnings) {
  {
    RawSession session(*stub_);
    v1::ClientMessage message;
    message.set_seq(1);
    session.Send(message);
    EXPECT_EQ(session.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  {
    RawSession session(*stub_);
    session.Send(RawSession::Open("short"));
    EXPECT_EQ(session.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  for (const bool token : {true, false}) {
    RawSession session(*stub_);
    v1::ClientMessage message = RawSession::Open(std::string(token ? 2000 : 20, 'x'));
    if (!token) message.mutable_open()->set_client(std::string(1 << 20, 'x'));
    session.Send(message);
    EXPECT_EQ(session.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
  }
  {
    RawSession first(*stub_), second(*stub_);
    v1::ClientMessage message = RawSession::Open();
    AddFetch(message, 1, 1);
    v1::ServerMessage reply;
    ASSERT_TRUE(first.Send(message, &reply));
    second.Send(RawSession::Open());
    EXPECT_EQ(second.Finish().error_code(), StatusCode::ALREADY_EXISTS);
    message.clear_open();
    message.set_seq(2);
    EXPECT_TRUE(first.Send(message, &reply));
  }
}

TEST_F(BadInput, WrongOrder) {
  for (uint64_t seq : {0, 3}) {
    RawSession session(*stub_);
    v1::ClientMessage message = RawSession::Open();
    AddConstant(message, 1, 2);
    ASSERT_TRUE(session.Send(message));
    message.clear_open();
    message.set_seq(seq);
    session.Send(message);
    EXPECT_EQ(session.Finish().error_code(), StatusCode::INVALID_ARGUMENT) << seq;
    WaitForEnd();
  }
}

TEST_F(BadInput, AMessageThatCameBefore) {
  RawSession session(*stub_);
  v1::ClientMessage message = RawSession::Open();
  AddConstant(message, 1, 2);
  ASSERT_TRUE(session.Send(message));
  message.clear_open();
  ASSERT_TRUE(session.Send(message));  // not executed again: the handle would be in use
  message.clear_items();
  message.set_seq(2);
  AddFetch(message, 1, 1);
  v1::ServerMessage reply;
  ASSERT_TRUE(session.Send(message, &reply));
  EXPECT_EQ(reply.failures_size(), 0);
}

TEST_F(BadInput, Definitions) {
  ExpectFailure(StatusCode::NOT_FOUND, [](auto& m) { AddDefine(m, 2, "NoSuchOp"); });
  ExpectFailure(StatusCode::ALREADY_EXISTS, [](auto& m) { AddDefine(m, 1, "Mul"); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddDefine(m, 2, "Mul", "/gpu:9"); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) {
    AddDefine(m, 2, "Mul");
    v1::NamedAttr* attr = m.mutable_items()->rbegin()->mutable_define()->add_attrs();
    attr->set_name("T");
    attr->mutable_value()->set_type(static_cast<v1::DType>(99));
  });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) {
    AddDefine(m, 2, "Mul");
    v1::NamedAttr* attr = m.mutable_items()->rbegin()->mutable_define()->add_attrs();
    attr->set_name("what");
    attr->mutable_value()->set_i(1);
  });
}

TEST_F(BadInput, HandlesAndSignatures) {
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 77, {1, 1}, 50); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 2}, 50); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, ~uint64_t{0}}, 50); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1}, 50); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 1}, 50, 3); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 1}, 50)->add_tapes(5); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) {});  // never made
  ExpectFailure(StatusCode::ALREADY_EXISTS, [](auto& m) { AddRun(m, 1, {1, 1}, 1); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 1}, 0); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 1}, 50, 0xffffffff); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddRun(m, 1, {1, 1}, 50, 0); });
}

TEST_F(BadInput, Values) {
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, 3, v1::FLOAT32, 11); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, 3, v1::STRING, 11); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, int64_t{1} << 61, v1::FLOAT32, 0); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, 1, v1::RESOURCE, 8); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, -1, v1::FLOAT32, 4); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddConstant(m, 50, 1, static_cast<v1::DType>(99), 4); });
  ExpectFailure(StatusCode::ALREADY_EXISTS, [](auto& m) { AddConstant(m, 1, 2); });
  ExpectPoison(StatusCode::NOT_FOUND, [](auto& m) {
    m.add_items()->mutable_constant()->set_handle(50);
    m.mutable_items()->rbegin()->mutable_constant()->set_upload(9);
  });
}

TEST_F(BadInput, TapesAndUnknownItems) {
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { m.add_items()->mutable_end_tape()->set_tape(3); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { m.add_items()->mutable_watch()->set_tape(3); });
  ExpectPoison(StatusCode::INVALID_ARGUMENT, [](auto& m) {
    v1::Backward* backward = m.add_items()->mutable_backward();
    backward->set_tape(3);
    backward->add_sources(1);
    backward->set_first_result(50);
  });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { m.add_items(); });
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) {
    ASSERT_TRUE(m.add_items()->ParseFromString(std::string("\xa2\x06\x00", 3)));  // a field that nobody knows
  });
  EXPECT_EQ(Items([](auto& m) { m.add_releases(12345); }).failures_size(), 0);
}

TEST_F(BadInput, AMessageOverTheLimit) {
  RawSession session(*stub_);
  v1::ClientMessage message = RawSession::Open();
  AddConstant(message, 1, 5 << 20);
  session.Send(message);
  EXPECT_EQ(session.Finish().error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(BadInput, MoreItemsThanAMessageHas) {
  RawSession session(*stub_);
  v1::ClientMessage message = RawSession::Open();
  for (int i = 0; i < 70000; ++i) message.add_items()->mutable_end_tape()->set_tape(5);
  session.Send(message);
  EXPECT_EQ(session.Finish().error_code(), StatusCode::INVALID_ARGUMENT);
}

// One tensor, named often: the answer does not grow without end, and the rest waits to be downloaded.
TEST_F(BadInput, MoreValuesThanAnAnswerHas) {
  const v1::ServerMessage reply = Items([](auto& m) {
    AddConstant(m, 2, 15000);
    for (uint64_t i = 0; i < 2000; ++i) AddFetch(m, 1 + i, 2);
    m.add_items()->mutable_fetch()->set_id(9999);
    m.mutable_items()->rbegin()->mutable_fetch()->set_handle(1);
  });
  ASSERT_EQ(reply.fetched_size(), 2002);
  EXPECT_EQ(reply.fetched(100).value().data().size(), 60000u);
  EXPECT_EQ(reply.fetched(1999).status().code(), StatusCode::OK);
  EXPECT_EQ(reply.fetched(1999).value().data().size(), 0u);
  EXPECT_LT(reply.ByteSizeLong(), 9u << 20);
}

// What an error quotes can be sent: it is UTF-8, and no longer than a line or two.
TEST_F(BadInput, ErrorsThatQuoteGarbage) {
  const auto define = [](v1::ClientMessage& m, const std::string& equation) {
    AddDefine(m, 2, "DepthToSpace");
    v1::NamedAttr* attr = m.mutable_items()->rbegin()->mutable_define()->add_attrs();
    attr->set_name("data_format");
    attr->mutable_value()->set_s(equation);
  };
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [&](auto& m) { define(m, "\xff\xfe"); });
  const v1::ServerMessage reply = Items([&](auto& m) { define(m, std::string(1 << 20, '\xff')); });
  ASSERT_EQ(reply.failures_size(), 1);
  EXPECT_LT(reply.failures(0).status().message().size(), 4096u);
  ExpectFailure(StatusCode::INVALID_ARGUMENT, [](auto& m) { AddDefine(m, 2, "\xff"); });
  v1::DescribeOpRequest request;
  request.set_op(std::string(1 << 20, 'x'));
  grpc::ClientContext context;
  v1::OpDescription description;
  EXPECT_EQ(stub_->DescribeOp(&context, request, &description).error_code(), StatusCode::NOT_FOUND);
}

class BadTransfer : public BadInput {
 protected:
  void SetUp() override {
    BadInput::SetUp();
    session_ = std::make_unique<RawSession>(*stub_);
    v1::ClientMessage message = RawSession::Open();
    AddFetch(message, 1, 1);
    v1::ServerMessage reply;
    ASSERT_TRUE(session_->Send(message, &reply));
  }
  void TearDown() override {
    session_.reset();
    BadInput::TearDown();
  }
  static v1::UploadChunk Header(uint64_t num_bytes, const std::string& data, const std::string& token = kToken) {
    v1::UploadChunk chunk;
    chunk.mutable_header()->set_session(token);
    chunk.mutable_header()->set_id(5);
    chunk.mutable_header()->mutable_spec()->set_dtype(v1::FLOAT32);
    chunk.mutable_header()->mutable_spec()->add_dims(2);
    chunk.mutable_header()->set_num_bytes(num_bytes);
    chunk.set_data(data);
    return chunk;
  }
  StatusCode Upload(const std::vector<v1::UploadChunk>& chunks) {
    grpc::ClientContext context;
    v1::UploadResponse response;
    auto writer = stub_->Upload(&context, &response);
    for (const v1::UploadChunk& chunk : chunks) writer->Write(chunk);
    writer->WritesDone();
    return writer->Finish().error_code();
  }
  std::unique_ptr<RawSession> session_;
};

TEST_F(BadTransfer, Uploads) {
  const std::string eight(8, 'x'), four(4, 'x');
  v1::UploadChunk data;
  data.set_data(four);
  EXPECT_EQ(Upload({}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({data}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({Header(8, eight, "nobody knows this token")}), StatusCode::NOT_FOUND);
  EXPECT_EQ(Upload({Header(12, eight)}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({Header(8, four)}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({Header(8, eight), data}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({Header(8, four), Header(8, four)}), StatusCode::INVALID_ARGUMENT);
  v1::UploadChunk negative = Header(8, eight);
  negative.mutable_header()->mutable_spec()->set_dims(0, -2);
  EXPECT_EQ(Upload({negative}), StatusCode::INVALID_ARGUMENT);
  v1::UploadChunk elsewhere = Header(8, eight);
  elsewhere.mutable_header()->set_device("/gpu:4");
  EXPECT_EQ(Upload({elsewhere}), StatusCode::INVALID_ARGUMENT);
  v1::UploadChunk huge = Header(uint64_t{1} << 50, four);
  huge.mutable_header()->mutable_spec()->set_dims(0, int64_t{1} << 48);
  EXPECT_EQ(Upload({huge}), StatusCode::RESOURCE_EXHAUSTED);
  v1::UploadChunk strings = Header(100, std::string(100, '\xff'));
  strings.mutable_header()->mutable_spec()->set_dtype(v1::STRING);
  EXPECT_EQ(Upload({strings}), StatusCode::INVALID_ARGUMENT);
  strings.mutable_header()->set_num_bytes(~uint64_t{0});
  EXPECT_EQ(Upload({strings}), StatusCode::RESOURCE_EXHAUSTED);
  v1::UploadChunk overflow = Header(0, "");  // 2^62 floats have 0 bytes, in 64 bits
  overflow.mutable_header()->mutable_spec()->set_dims(0, int64_t{1} << 62);
  EXPECT_EQ(Upload({overflow}), StatusCode::INVALID_ARGUMENT);
  v1::UploadChunk handle = Header(0, "");
  handle.mutable_header()->mutable_spec()->set_dtype(v1::RESOURCE);
  EXPECT_EQ(Upload({handle}), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Upload({Header(8, eight)}), StatusCode::OK);
  EXPECT_EQ(Upload({Header(8, eight)}), StatusCode::ALREADY_EXISTS);
}

TEST_F(BadTransfer, AnUploadThatBreaksOff) {
  grpc::ClientContext context;
  v1::UploadResponse response;
  auto writer = stub_->Upload(&context, &response);
  v1::UploadChunk header = Header(8 << 20, std::string(1 << 20, 'x'));
  header.mutable_header()->mutable_spec()->set_dims(0, 2 << 20);
  ASSERT_TRUE(writer->Write(header));
  context.TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(BadTransfer, ADownloadOfNothing) {
  v1::DownloadRequest request;
  request.set_session("nobody knows this token");
  request.set_id(77);
  v1::DownloadChunk chunk;
  {
    grpc::ClientContext context;
    EXPECT_EQ(stub_->Download(&context, request)->Finish().error_code(), StatusCode::NOT_FOUND);
  }
  request.set_session(kToken);
  grpc::ClientContext waiting, impatient;
  auto reader = stub_->Download(&waiting, request);
  impatient.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  request.set_id(78);
  EXPECT_EQ(stub_->Download(&impatient, request)->Finish().error_code(), StatusCode::DEADLINE_EXCEEDED);
  session_.reset();  // ends the session, and with it the wait
  EXPECT_FALSE(reader->Read(&chunk));
  const StatusCode end = reader->Finish().error_code();  // ABORTED if the session was gone before the call came
  EXPECT_TRUE(end == StatusCode::CANCELLED || end == StatusCode::ABORTED) << end;
}

TEST_F(BadInput, AClientThatDisappearsWhileItsOpsRun) {
  for (int round = 0; round < 3; ++round) {
    RawSession session(*stub_);
    v1::ClientMessage message = RawSession::Open();
    AddConstant(message, 1, 100000);
    AddDefine(message, 1, "AddV2");
    message.add_items()->mutable_begin_tape()->set_tape(1);
    message.add_items()->mutable_watch()->set_tape(1);
    message.mutable_items()->rbegin()->mutable_watch()->set_handle(1);
    for (uint64_t i = 2; i < 200; ++i) AddRun(message, 1, {1, i - 1}, i)->add_tapes(1);
    ASSERT_TRUE(session.Send(message));
    message.clear_open();
    message.clear_items();
    for (uint64_t i = 200; i < 400; ++i) AddRun(message, 1, {1, i - 1}, i);
    message.set_seq(2);
    session.Send(message);
    session.context().TryCancel();
    EXPECT_EQ(session.Finish().error_code(), StatusCode::CANCELLED);
    WaitForEnd();
  }
}

}  // namespace
}  // namespace eager
