// HTTP of a daemon as a process: metrics under load, health, the state as JSON, who may see what, and clients that misbehave.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "client/eager.h"
#include "common/auth/token.h"
#include "eager/v1/service.grpc.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "server/metrics/metric_table.h"
#include "tests/e2e/tensorflow/tensorflow_client.h"
#include "tests/support/child_process.h"
#include "tests/support/http_client.h"
#include "tests/support/temp_folder.h"

namespace eager {
namespace {

using server::MetricRow;
using server::MetricScope;
using testing::DaemonProcess;
using testing::Get;
using testing::HttpConnection;
using testing::HttpReply;
using testing::Request;
using namespace std::chrono_literals;

class Served : public ::testing::Test {
 protected:
  void TearDown() override { Disconnect(); }
  void Start(std::vector<std::string> flags = {}) {
    flags.push_back("--http=127.0.0.1:0");
    daemon_ = std::make_unique<DaemonProcess>(std::move(flags));
    http_ = daemon_->Await("event=http_listening address=");
    ASSERT_FALSE(http_.empty()) << daemon_->Output();
    ASSERT_FALSE(daemon_->address().empty()) << daemon_->Output();
    daemon_->Await("event=ready");
  }
  nlohmann::json Status() {
    const HttpReply reply = Get(http_, "/api/status");
    EXPECT_EQ(reply.code, 200);
    return nlohmann::json::parse(reply.body, nullptr, false);
  }
  // The value of a sample, by its whole name; -1: none.
  static double Sample(const std::string& text, const std::string& name) {
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      double value = 0;
      if (absl::StartsWith(line, absl::StrCat(name, " ")) && absl::SimpleAtod(line.substr(name.size() + 1), &value)) return value;
    }
    return -1;
  }

  testing::TempFolder folder_;
  std::unique_ptr<DaemonProcess> daemon_;
  std::string http_;
};

// What grpc.health.v1 says of a service: its status, or the call's error code below 0.
int Health(const std::string& address, const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  grpc::TemplatedGenericStub<grpc::health::v1::HealthCheckRequest, grpc::health::v1::HealthCheckResponse> stub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status.ok() ? static_cast<int>(response.status()) : -static_cast<int>(status.error_code());
}

// Something of everything that is counted.
void Work() {
  Variable shared = Variable::Shared("http/v", constant({1.0f, 2.0f}));
  shared.assign_add(constant({1.0f, 1.0f}));
  Tensor x = constant({1.0f, 2.0f, 3.0f});
  GradientTape tape;
  tape.watch(x);
  Tensor y = reduce_sum(x * x);
  EXPECT_EQ(tape.gradient(y, x)->read<float>()[1], 4);
  std::vector<float> large(1 << 20, 1.0f);  // goes beside the stream
  Tensor sum = reduce_sum(constant(large));
  EXPECT_EQ(static_cast<float>(sum), static_cast<float>(large.size()));
  EXPECT_EQ((constant(large) * 2).read<float>()[5], 2);
  // Only execution can see this.
  EXPECT_THROW(gather(constant({1, 2, 3}), constant(7)).read<int32_t>(), Error);
}

TEST_F(Served, EveryMetricOfTheTableIsThereUnderLoad) {
  const std::string state = folder_ / "state";
  Start({"--state=" + state, "--limit=session-tapes=4"});
  Connect(daemon_->address());
  Work();
  TensorFlowClient client(daemon_->address());
  ASSERT_TRUE(client.Create().ok());
  client.Op("NoSuchOp", {});
  {
    std::vector<std::unique_ptr<GradientTape>> tapes;
    for (int i = 0; i < 6; ++i) tapes.push_back(std::make_unique<GradientTape>(TapeOptions{.persistent = true}));
    Tensor x = constant(1.0f);
    for (auto& tape : tapes) tape->watch(x);
    try {
      EXPECT_EQ(static_cast<float>(x * 2), 2);
    } catch (const Error&) {  // some of the tapes are refused
    }
  }
  const HttpReply reply = Get(http_, "/metrics");
  EXPECT_EQ(reply.code, 200);
  EXPECT_TRUE(absl::StartsWith(reply.Header("Content-Type"), "text/plain; version=0.0.4")) << reply.head;
  std::set<std::string> there;
  for (absl::string_view line : absl::StrSplit(reply.body, '\n')) {
    if (absl::ConsumePrefix(&line, "# TYPE ")) there.emplace(line.substr(0, line.find(' ')));
  }
  for (const MetricRow& row : server::MetricRows()) {
    EXPECT_EQ(there.count(std::string(row.name)), row.scope == MetricScope::kGpu ? 0u : 1u) << row.name;
  }
  for (const std::string& name : there) {
    EXPECT_TRUE(std::any_of(server::MetricRows().begin(), server::MetricRows().end(), [&](const MetricRow& row) { return row.name == name; }))
        << name;
  }
  // No label that grows with clients or sessions.
  EXPECT_FALSE(absl::StrContains(reply.body, "session=")) << reply.body;
  EXPECT_FALSE(absl::StrContains(reply.body, "peer=")) << reply.body;
}

TEST_F(Served, CountsWhatRan) {
  Start();
  Connect(daemon_->address());
  Tensor x = constant(1.0f);
  for (int i = 0; i < 999; ++i) x = x + 1;
  EXPECT_EQ(static_cast<float>(x), 1000);
  std::string text;
  do text = Get(http_, "/metrics").body;
  while (Sample(text, "eagerd_read_seconds_count") < 1);  // counted once the answer is written, which may be after it is here
  EXPECT_EQ(Sample(text, R"(eagerd_ops_total{op="AddV2",device="/device:CPU:0",code="OK"})"), 999) << text;
  EXPECT_GT(Sample(text, R"(eagerd_op_seconds_total{op="AddV2",device="/device:CPU:0"})"), 0);
  EXPECT_EQ(Sample(text, "eagerd_read_seconds_count"), 1);
  EXPECT_GE(Sample(text, "eagerd_batch_items_sum"), 1000);
  EXPECT_GT(Sample(text, R"(eagerd_phase_seconds_sum{phase="execute"})"), 0);
  EXPECT_EQ(Sample(text, R"(eagerd_sessions{state="served"})"), 1);
  EXPECT_EQ(Sample(text, R"(eagerd_tenant_sessions{tenant="default"})"), 1);
  EXPECT_EQ(Sample(text, "eagerd_ready"), 1);
  EXPECT_EQ(Sample(text, R"(eagerd_errors_total{code="INVALID_ARGUMENT"})"), 0);
  EXPECT_EQ(Sample(text, R"(eagerd_grpc_server_open{grpc_method="Session"})"), 1);

  EXPECT_THROW(gather(constant({1, 2, 3}), constant(7)).read<int32_t>(), Error);
  const std::string after = Get(http_, "/metrics").body;
  EXPECT_EQ(Sample(after, R"(eagerd_errors_total{code="INVALID_ARGUMENT"})"), 1) << after;
  EXPECT_EQ(Sample(after, R"(eagerd_ops_total{op="GatherV2",device="/device:CPU:0",code="INVALID_ARGUMENT"})"), 1) << after;
  const nlohmann::json status = Status();
  ASSERT_EQ(status["errors"].size(), 1u) << status;
  EXPECT_EQ(status["errors"][0]["op"], "GatherV2");
  EXPECT_EQ(status["errors"][0]["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(status["errors"][0]["tenant"], "default");
}

TEST_F(Served, StatusSaysWhatTheDaemonHasAndDoes) {
  Start({"--session-grace=7"});
  Connect(daemon_->address());
  Tensor x = constant(std::vector<float>(100000, 1.0f));
  EXPECT_EQ(static_cast<float>(reduce_sum(x)), 100000);
  const HttpReply reply = Get(http_, "/api/status");
  EXPECT_EQ(reply.Header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(reply.Header("Cache-Control"), "no-store");
  nlohmann::json status = nlohmann::json::parse(reply.body);
  // One more if the upload had to wait for the session; each is counted once its answer is written, which may be after it is here.
  while (status["counters"]["reads"] < 1 || status["latency"]["read"]["count"].back() != status["counters"]["reads"]) status = Status();
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["draining"], false);
  EXPECT_FALSE(std::string(status["version"]).empty());
  EXPECT_FALSE(std::string(status["build"]["cuda"]).empty());
  ASSERT_EQ(status["devices"].size(), 1u);
  EXPECT_EQ(status["devices"][0]["name"], "/device:CPU:0");
  EXPECT_EQ(status["devices"][0]["healthy"], true);
  EXPECT_TRUE(status["devices"][0]["gpu"].is_null());
  EXPECT_GE(status["devices"][0]["memory"]["in_use"], 400000);
  ASSERT_EQ(status["sessions"].size(), 1u);
  EXPECT_EQ(status["sessions_total"], 1);
  const nlohmann::json& session = status["sessions"][0];
  EXPECT_EQ(session["state"], "served");
  EXPECT_EQ(session["tenant"], "default");
  EXPECT_GE(session["bytes"], 400000);
  EXPECT_GE(session["ops"], 1);
  EXPECT_GE(status["counters"]["ops"], 1);
  EXPECT_EQ(status["counters"]["sessions_opened"], 1);
  EXPECT_EQ(status["latency"]["read"]["le"].size(), status["latency"]["read"]["count"].size());
  EXPECT_TRUE(std::any_of(status["ops"].begin(), status["ops"].end(), [](const nlohmann::json& op) { return op["op"] == "Sum"; })) << status;
  EXPECT_EQ(status["flags"]["--session-grace"], "7");
  EXPECT_EQ(status["flags"]["--listen"], "127.0.0.1:0");
}

TEST_F(Served, AnswersWhatIsNoPageByItsCode) {
  Start();
  EXPECT_EQ(Get(http_, "/healthz").body, "ok\n");
  EXPECT_EQ(Get(http_, "/readyz").body, "ready\n");
  EXPECT_EQ(Get(http_, "/nowhere").code, 404);
  EXPECT_EQ(Get(http_, "/metrics/").code, 404);
  EXPECT_EQ(Get(http_, "/../../etc/passwd").code, 404);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const HttpReply reply = Request(http_, method, "/metrics", "Content-Length: 0\r\n");
    EXPECT_EQ(reply.code, 405) << method;
    EXPECT_EQ(reply.Header("Allow"), "GET, HEAD");
  }
  const HttpReply head = Request(http_, "HEAD", "/metrics");
  EXPECT_EQ(head.code, 200);
  EXPECT_TRUE(head.body.empty());
  int length = 0;
  EXPECT_TRUE(absl::SimpleAtoi(head.Header("Content-Length"), &length) && length > 1000) << head.head;
  const HttpReply page = Get(http_, "/");
  EXPECT_EQ(page.code, 200);
  EXPECT_EQ(page.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_TRUE(absl::StartsWith(page.Header("Content-Security-Policy"), "default-src 'self' 'unsafe-inline'")) << page.head;
}

TEST_F(Served, IsNotReadByPagesOfOtherSites) {
  Start();
  HttpConnection connection(http_);
  connection.Send("GET /api/status HTTP/1.1\r\nHost: evil.example:9470\r\n\r\n");
  EXPECT_TRUE(absl::StrContains(connection.ReadAll(), " 421 "));
}

TEST_F(Served, ShowsPagesToAdminsOnlyWhereCallersNeedTokens) {
  const auto line = [](absl::string_view caller, absl::string_view token) {
    return absl::StrCat(caller, " ", ToText(HashToken(token)), "\n");
  };
  const std::string tokens = folder_.Write("tokens", line("alice use", "alice-token") + line("root admin", "root-token"));
  const auto basic = [](absl::string_view token) {
    return absl::StrCat("Authorization: Basic ", absl::Base64Escape(absl::StrCat("me:", token)), "\r\n");
  };
  const auto bearer = [](absl::string_view token) { return absl::StrCat("Authorization: Bearer ", token, "\r\n"); };
  Start({"--auth-tokens=" + tokens});
  for (const char* path : {"/", "/api/status"}) {
    const HttpReply nobody = Get(http_, path);
    EXPECT_EQ(nobody.code, 401) << path;
    EXPECT_TRUE(absl::StartsWith(nobody.Header("WWW-Authenticate"), "Basic realm=")) << nobody.head;
    EXPECT_EQ(Get(http_, path, bearer("wrong")).code, 401);
    EXPECT_EQ(Get(http_, path, basic("wrong")).code, 401);
    EXPECT_EQ(Get(http_, path, "Authorization: Basic ???\r\n").code, 401);
    EXPECT_EQ(Get(http_, path, bearer("alice-token")).code, 403);
    EXPECT_EQ(Get(http_, path, bearer("root-token")).code, 200);
    EXPECT_EQ(Get(http_, path, basic("root-token")).code, 200);
  }
  EXPECT_FALSE(absl::StrContains(Get(http_, "/api/status", bearer("root-token")).body, "root-token"));
  for (const char* path : {"/metrics", "/healthz", "/readyz"}) EXPECT_EQ(Get(http_, path).code, 200) << path;

  Start({"--auth-tokens=" + tokens, "--http-auth=all"});
  for (const char* path : {"/metrics", "/healthz", "/readyz"}) {
    EXPECT_EQ(Get(http_, path).code, 401) << path;
    EXPECT_EQ(Get(http_, path, bearer("alice-token")).code, 200) << path;
  }
}

TEST_F(Served, TellsThatItDrainsUntilTheEndAndGRpcHealthByService) {
  Start({"--grace=30"});
  Connect(daemon_->address());
  const auto ask = [&](const std::string& service) { return Health(daemon_->address(), service); };
  EXPECT_EQ(ask(""), grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(ask("eager.v1.TensorService"), grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(ask("no.such.Service"), -static_cast<int>(grpc::StatusCode::NOT_FOUND));
  // Work under way keeps the daemon from ending: an upload that does not.
  const auto stub = v1::TensorService::NewStub(grpc::CreateChannel(daemon_->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::UploadResponse response;
  const auto upload = stub->Upload(&context, &response);
  while (!absl::StrContains(Get(http_, "/metrics").body, "eagerd_grpc_server_open{grpc_method=\"Upload\"} 1")) std::this_thread::sleep_for(10ms);
  daemon_->Signal(SIGTERM);
  daemon_->Await("event=draining");
  HttpReply ready;
  while ((ready = Get(http_, "/readyz")).code == 200) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(ready.code, 503);
  EXPECT_EQ(ready.body, "draining\n");
  EXPECT_EQ(Get(http_, "/healthz").code, 200);
  EXPECT_EQ(ask("eager.v1.TensorService"), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(ask(""), grpc::health::v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_TRUE(absl::StrContains(Get(http_, "/metrics").body, "eagerd_ready 0\n"));
  context.TryCancel();
  upload->Finish();
  EXPECT_EQ(daemon_->Wait(40s), 0);
  EXPECT_FALSE(HttpConnection(http_).connected());
}

TEST_F(Served, GoesOnWhileClientsOfItStandStill) {
  Start();
  Connect(daemon_->address());
  // More than there are threads: some say nothing, some stop within a line, some do not read.
  std::vector<std::unique_ptr<HttpConnection>> idle;
  for (int i = 0; i < 12; ++i) {
    idle.push_back(std::make_unique<HttpConnection>(http_));
    if (i % 3 == 1) idle.back()->Send("GET /metr");
    if (i % 3 == 2) idle.back()->Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  Tensor x = constant(1.0f);
  for (int i = 0; i < 100; ++i) x = x + 1;
  EXPECT_EQ(static_cast<float>(x), 101);  // at once, whatever HTTP does
  EXPECT_EQ(Get(http_, "/healthz").code, 200);  // when those before it have been given up
  HttpConnection large(http_);
  large.Send(absl::StrCat("GET / HTTP/1.1\r\nHost: localhost\r\nX: ", std::string(1 << 20, 'x'), "\r\n\r\n"));
  const std::string reply = large.ReadAll();
  EXPECT_FALSE(absl::StrContains(reply, " 200 ")) << reply.substr(0, 100);
  EXPECT_EQ(Get(http_, "/healthz").code, 200);
}

TEST(Http, APortInUseEndsTheStartOnlyIfItWasAskedFor) {
  DaemonProcess first({"--http=127.0.0.1:0"});
  const std::string taken = first.Await("event=http_listening address=");
  DaemonProcess second({"--http=" + taken});
  EXPECT_EQ(second.Wait(30s), 2);
  EXPECT_TRUE(absl::StrContains(second.Output(), absl::StrCat("cannot serve HTTP on ", taken))) << second.Output();
  for (const char* wrong : {"--http=nowhere", "--http=127.0.0.1:70000", "--http=:9470", "--http-auth=perhaps"}) {
    DaemonProcess daemon({wrong});
    EXPECT_EQ(daemon.Wait(30s), 2) << wrong << ": " << daemon.Output();
  }
  DaemonProcess beyond({"--http=0.0.0.0:0"});
  EXPECT_EQ(beyond.Wait(30s), 2);
  EXPECT_TRUE(absl::StrContains(beyond.Output(), "--insecure")) << beyond.Output();
  DaemonProcess insecure({"--http=0.0.0.0:0", "--insecure"});
  EXPECT_EQ(Get(insecure.Await("event=http_listening address=0.0.0.0"), "/healthz").code, 200);
}

}  // namespace
}  // namespace eager
