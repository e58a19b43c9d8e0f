// Tokens, roles, and what one tenant can reach of another: nothing.

#include <google/protobuf/descriptor.h>

#include <cmath>

#include "absl/strings/match.h"
#include "common/wire/chunk.h"
#include "grpc/health/v1/health.pb.h"
#include "tests/e2e/security_fixture.h"

namespace eager {
namespace {

using grpc::StatusCode;

ChannelOptions With(const std::string& token) { return {.token = token}; }

class Tenants : public Secured {
 protected:
  void SetUp() override { Start({.auth_tokens = Tokens()}); }

  // A session of alice's, opened by hand, with one value that a Download may take.
  static constexpr char kSession[] = "alice's token of a session";
  struct Opened {
    std::unique_ptr<Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ClientMessage, v1::ServerMessage>> stream;
  };
  std::unique_ptr<Opened> OpenAlices() {
    auto opened = std::make_unique<Opened>();
    opened->stub = v1::TensorService::NewStub(Channel(With("alice-token")));
    opened->stream = opened->stub->Session(&opened->context);
    v1::ClientMessage open;
    open.set_seq(1);
    open.mutable_open()->set_token(kSession);
    v1::Constant* constant = open.add_items()->mutable_constant();
    constant->set_handle(1);
    constant->mutable_value()->mutable_spec()->set_dtype(v1::INT32);
    constant->mutable_value()->set_data("\1\2\3\4");
    v1::Fetch* fetch = open.add_items()->mutable_fetch();
    fetch->set_id(7);
    fetch->set_handle(1);
    fetch->set_download(true);
    v1::Fetch* spec = open.add_items()->mutable_fetch();
    spec->set_id(8);
    spec->set_handle(1);
    spec->set_spec_only(true);
    v1::ServerMessage reply;
    EXPECT_TRUE(opened->stream->Write(open) && opened->stream->Read(&reply));
    return opened;
  }
  grpc::Status Download(const std::string& token) {
    v1::DownloadRequest request;
    request.set_session(kSession);
    request.set_id(7);
    grpc::ClientContext context;
    auto call = v1::TensorService::NewStub(Channel(With(token)))->Download(&context, request);
    v1::DownloadChunk chunk;
    std::string bytes;
    while (call->Read(&chunk)) bytes += chunk.data();
    const grpc::Status status = call->Finish();
    EXPECT_EQ(bytes, status.ok() ? "\1\2\3\4" : "");
    return status;
  }
  grpc::Status Upload(const std::string& token) {
    v1::UploadChunk chunk;
    chunk.mutable_header()->set_session(kSession);
    chunk.mutable_header()->set_id(1);
    chunk.mutable_header()->mutable_spec()->set_dtype(v1::INT32);
    chunk.mutable_header()->set_num_bytes(4);
    chunk.set_data("abcd");
    grpc::ClientContext context;
    v1::UploadResponse response;
    auto call = v1::TensorService::NewStub(Channel(With(token)))->Upload(&context, &response);
    call->Write(chunk);
    call->WritesDone();
    return call->Finish();
  }
  grpc::Status Exchange(const std::string& token) {
    grpc::ClientContext context;
    auto call = v1::TensorService::NewStub(Channel(With(token)))->Exchange(&context);
    v1::ExchangeRequest request;
    request.set_session(kSession);
    v1::ExchangeReply reply;
    call->Write(request);
    const bool memory = call->Read(&reply);
    call->WritesDone();
    const grpc::Status status = call->Finish();
    EXPECT_EQ(memory, status.ok());
    return status;
  }
};

TEST_F(Tenants, NeedATokenThatIsKnown) {
  EXPECT_TRUE(Hello(With("alice-token")).ok());
  const grpc::Status wrong = Hello(With("alice-tokem")), missing = Hello({});
  EXPECT_EQ(wrong.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(wrong.error_message(), "the token is unknown here");
  EXPECT_EQ(missing.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(absl::StrContains(missing.error_message(), "EAGERD_TOKEN")) << missing.error_message();
}

TEST_F(Tenants, HaveSessions) {
  Context context = Context::Connect(address(), {.token = "alice-token"});
  Context::SetDefault(context);
  EXPECT_EQ(int32_t(constant(2) + 1), 3);
  const HostTensor large = fill({1 << 20}, 2.0f).numpy();
  EXPECT_EQ(float(reduce_sum(constant(large))), 2.0f * (1 << 20));
  Disconnect();
  try {
    Context::Connect(address(), {.token = "stranger"});
    FAIL() << "connected";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), absl::StatusCode::kUnauthenticated) << e.what();
  }
}

TEST_F(Tenants, ReachNothingOfOthers) {
  const std::unique_ptr<Opened> alices = OpenAlices();
  for (const char* stranger : {"bob-token", "root-token"}) {
    for (const grpc::Status& status : {Download(stranger), Upload(stranger), Exchange(stranger)}) {
      EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND) << stranger << ": " << status.error_message();
      EXPECT_FALSE(absl::StrContains(status.error_message(), "alice")) << status.error_message();
    }
  }
  EXPECT_EQ(Exchange("alice-token").error_code(), StatusCode::OK);
  EXPECT_EQ(Upload("alice-token").error_code(), StatusCode::OK);
  EXPECT_EQ(Download("alice-token").error_code(), StatusCode::OK);
  alices->context.TryCancel();
}

TEST_F(Tenants, SeeTheirOwnSessions) {
  const std::unique_ptr<Opened> alices = OpenAlices();
  ASSERT_EQ(Sessions(With("alice-token")).sessions_size(), 1);
  EXPECT_EQ(Sessions(With("bob-token")).sessions_size(), 0);
  ASSERT_EQ(Sessions(With("root-token")).sessions_size(), 1);
  const v1::SessionInfo info = Sessions(With("root-token")).sessions(0);
  EXPECT_EQ(info.tenant(), "alice");
  EXPECT_EQ(info.id().size(), 12u);
  EXPECT_FALSE(absl::StrContains(info.DebugString(), kSession));
  v1::ListSessionsRequest request;
  request.set_tenant("alice");
  v1::ListSessionsResponse response;
  EXPECT_EQ(Call(With("bob-token"), &Stub::ListSessions, request, &response).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(Call(With("root-token"), &Stub::ListSessions, request, &response).ok());
  EXPECT_EQ(response.sessions_size(), 1);
  request.set_tenant("bob");
  response.Clear();
  EXPECT_TRUE(Call(With("root-token"), &Stub::ListSessions, request, &response).ok());
  EXPECT_EQ(response.sessions_size(), 0);
  alices->context.TryCancel();
}

TEST_F(Tenants, MayNotResetDevices) {
  v1::ResetDeviceRequest request;
  request.set_device("/device:CPU:0");
  v1::DeviceInfo info;
  EXPECT_EQ(Call(With("alice-token"), &Stub::ResetDevice, request, &info).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Call(With("root-token"), &Stub::ResetDevice, request, &info).error_code(), StatusCode::UNIMPLEMENTED);
}

TEST_F(Tenants, EndTheirOwnSessionsAndAdminsAll) {
  const auto kill = [&](const std::string& token, const std::string& id) {
    v1::KillSessionRequest request;
    request.set_id(id);
    v1::KillSessionResponse response;
    return Call(With(token), &Stub::KillSession, request, &response).error_code();
  };
  for (const auto& [killer, by] : {std::pair("root-token", "an admin"), std::pair("alice-token", "its tenant")}) {
    const std::unique_ptr<Opened> alices = OpenAlices();
    const std::string id = Sessions(With("alice-token")).sessions(0).id();
    EXPECT_EQ(kill("bob-token", id), StatusCode::PERMISSION_DENIED);
    EXPECT_EQ(kill("bob-token", "0123456789ab"), StatusCode::PERMISSION_DENIED) << "which ids there are is no business of his";
    EXPECT_EQ(kill("root-token", "0123456789ab"), StatusCode::NOT_FOUND);
    EXPECT_EQ(kill(killer, id), StatusCode::OK);
    v1::ServerMessage reply;
    ASSERT_TRUE(alices->stream->Read(&reply));
    EXPECT_EQ(reply.ended().code(), StatusCode::ABORTED);
    EXPECT_EQ(reply.ended().message(), absl::StrCat("the session was ended by ", by));
    EXPECT_FALSE(alices->stream->Read(&reply));  // and the stream is cut, if its client does not go
    EXPECT_EQ(Sessions(With("root-token")).sessions_size(), 0);
    EXPECT_EQ(Download("alice-token").error_code(), StatusCode::ABORTED);
    EXPECT_EQ(Download("bob-token").error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(kill("root-token", id), StatusCode::NOT_FOUND);
  }
}

TEST_F(Tenants, RecordTheirOwnSessionsAndAdminsAll) {
  const auto record = [&](const std::string& token, const std::string& id, const std::string& session = "", double seconds = 0.01) {
    v1::ProfileRequest request;
    request.set_id(id);
    request.set_session(session);
    request.set_seconds(seconds);
    grpc::ClientContext context;
    const auto call = v1::TensorService::NewStub(Channel(With(token)))->Profile(&context, request);
    std::string trace;
    for (v1::ProfileChunk chunk; call->Read(&chunk);) trace += chunk.trace();
    const grpc::Status status = call->Finish();
    EXPECT_EQ(absl::StrContains(trace, "traceEvents"), status.ok()) << trace;
    return status.error_code();
  };
  const std::unique_ptr<Opened> alices = OpenAlices();
  const std::string id = Sessions(With("alice-token")).sessions(0).id();
  EXPECT_EQ(record("alice-token", id), StatusCode::OK);
  EXPECT_EQ(record("alice-token", "", kSession), StatusCode::OK);
  EXPECT_EQ(record("root-token", id), StatusCode::OK);
  EXPECT_EQ(record("bob-token", id), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(record("bob-token", "0123456789ab"), StatusCode::PERMISSION_DENIED) << "which ids there are is no business of his";
  EXPECT_EQ(record("root-token", "0123456789ab"), StatusCode::NOT_FOUND);
  EXPECT_EQ(record("bob-token", "", kSession), StatusCode::NOT_FOUND);
  EXPECT_EQ(record("alice-token", ""), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(record("alice-token", id, kSession), StatusCode::INVALID_ARGUMENT);
  for (double seconds : {-1.0, 1e9, std::nan("")}) EXPECT_EQ(record("alice-token", id, "", seconds), StatusCode::INVALID_ARGUMENT);

  const auto stop = [&](const std::string& token) {
    v1::StopProfileRequest request;
    request.set_id(id);
    v1::StopProfileResponse response;
    return Call(With(token), &Stub::StopProfile, request, &response).error_code();
  };
  EXPECT_EQ(stop("alice-token"), StatusCode::NOT_FOUND);
  v1::ProfileRequest request;
  request.set_id(id);
  request.set_seconds(600);
  grpc::ClientContext context;
  const std::unique_ptr<Stub> stub = v1::TensorService::NewStub(Channel(With("alice-token")));
  const auto call = stub->Profile(&context, request);
  v1::ProfileChunk chunk;
  ASSERT_TRUE(call->Read(&chunk));
  EXPECT_TRUE(chunk.started());
  EXPECT_EQ(record("root-token", id), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(stop("bob-token"), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(stop("alice-token"), StatusCode::OK);
  while (call->Read(&chunk)) {
  }
  EXPECT_TRUE(call->Finish().ok());
  EXPECT_TRUE(chunk.has_summary());
  alices->context.TryCancel();
}

TEST_F(Tenants, AreToldThatTheirSessionWasEnded) {
  Context context = Context::Connect(address(), {.token = "alice-token"});
  Context::SetDefault(context);
  const Tensor t = constant({1, 2});
  context.Sync();  // the session has begun
  v1::KillSessionRequest request;
  request.set_id(Sessions(With("alice-token")).sessions(0).id());
  v1::KillSessionResponse response;
  ASSERT_TRUE(Call(With("root-token"), &Stub::KillSession, request, &response).ok());
  try {
    (t + 1).numpy();
    FAIL() << "the session goes on";
  } catch (const Error& e) {
    EXPECT_TRUE(absl::StrContains(e.what(), "ended by an admin")) << e.what();
  }
  Disconnect();
}

TEST_F(Tenants, ComeAndGoWithTheFile) {
  const ChannelOptions alice = With("alice-token");
  Context context = Context::Connect(address(), {.token = "alice-token"});
  Context::SetDefault(context);
  const Tensor t = constant(1);
  context.Sync();  // the session has begun
  folder_.Write("tokens", absl::StrCat("carol use ", ToText(HashToken("carol-token")), "\n"));
  server_->Reload();
  EXPECT_EQ(Hello(alice).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Hello(With("carol-token")).ok());
  EXPECT_EQ(int32_t(t + 1), 2);  // on its stream a session lives on until an admin ends it
  Disconnect();
  folder_.Write("tokens", "carol");
  server_->Reload();
  EXPECT_TRUE(Hello(With("carol-token")).ok());
}

// Every method of every service, as a stranger calls it.
class EveryMethod : public Secured {
 protected:
  grpc::Status CallByName(const std::string& method, const ChannelOptions& options = {}, int seconds = 30) {
    grpc::GenericStub stub(Channel(options));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(seconds));
    grpc::CompletionQueue queue;
    grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    grpc::ByteBuffer response;
    const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    return status;
  }
  static std::vector<std::string> Methods(const google::protobuf::ServiceDescriptor* service) {
    std::vector<std::string> methods;
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back(absl::StrCat("/", service->full_name(), "/", service->method(i)->name()));
    }
    return methods;
  }
};

TEST_F(EveryMethod, IsGuarded) {
  Start({.auth_tokens = Tokens(), .health = server::Exposure::kClosed});
  std::vector<std::string> methods = Methods(v1::HelloRequest::descriptor()->file()->FindServiceByName("TensorService"));
  EXPECT_GE(methods.size(), 12u);
  for (const std::string& m : Methods(grpc::health::v1::HealthCheckRequest::descriptor()->file()->FindServiceByName("Health"))) {
    methods.push_back(m);
  }
  methods.push_back("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  methods.push_back("/some.other.Service/Method");
  for (const std::string& method : methods) {
    for (const ChannelOptions& stranger : {ChannelOptions(), With("stranger")}) {
      const grpc::Status status = CallByName(method, stranger);
      EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << method << ": " << status.error_message();
    }
    // Some go on until the deadline.
    EXPECT_NE(CallByName(method, With("alice-token"), 1).error_code(), StatusCode::UNAUTHENTICATED) << method;
  }
}

TEST_F(EveryMethod, OfHealthIsOpenUnlessAFlagClosesIt) {
  Start({.auth_tokens = Tokens()});
  EXPECT_TRUE(CallByName("/grpc.health.v1.Health/Check").ok());
}

TEST_F(EveryMethod, OfReflectionIsOpenOnlyWhereAllAre) {
  const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  Start({});
  EXPECT_NE(CallByName(method).error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_NE(CallByName(method).error_code(), StatusCode::UNAUTHENTICATED);
  server_->Shutdown(absl::ZeroDuration());
  Start({.reflection = server::Exposure::kOff});
  EXPECT_EQ(CallByName(method).error_code(), StatusCode::UNIMPLEMENTED);
  server_->Shutdown(absl::ZeroDuration());
  Start({.auth_tokens = Tokens(), .reflection = server::Exposure::kOpen});
  EXPECT_NE(CallByName(method).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST(Plaintext, CarriesATokenOnThisHostOnly) {
  EXPECT_TRUE(ChannelMaker::Make("127.0.0.1:1", {.token = "t"}).ok());
  EXPECT_TRUE(ChannelMaker::Make("unix:/tmp/x", {.token = "t"}).ok());
  const auto refused = ChannelMaker::Make("example.org:1", {.token = "t"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "example.org:1 in plaintext")) << refused.status();
  EXPECT_TRUE(ChannelMaker::Make("example.org:1", {.token = "t", .token_in_plaintext = true}).ok());
  EXPECT_FALSE(ChannelMaker::Make("127.0.0.1:1", {.token = "two words"}).ok());
  EXPECT_FALSE(ChannelMaker::Make("127.0.0.1:1", {.token = "a\nb"}).ok());
  EXPECT_FALSE(ChannelMaker::Make("127.0.0.1:1", {.ca = "/no/such/file"}).ok());
  EXPECT_FALSE(ChannelMaker::Make("127.0.0.1:1", {.cert = "c", .key = "k"}).ok());
  EXPECT_FALSE(ChannelMaker::Make("127.0.0.1:1", {.ca = "ca", .cert = "c"}).ok());
}

}  // namespace
}  // namespace eager
