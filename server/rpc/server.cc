#include "server/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/health/v1/health.pb.h"
#include "server/device/cpu/compute.h"
#include "server/device/cpu/host_memory.h"
#include "server/exec/chain.h"
#include "server/kernels/kernel.h"
#include "server/log/log.h"
#include "server/rpc/hello.h"
#include "server/rpc/security/front_door.h"
#include "server/rpc/security/listen_error.h"
#include "server/rpc/service.h"
#include "server/rpc/tensorflow/door.h"
#include "server/state/periodic.h"
#include "server/state/state_folder.h"

namespace eager::server {
namespace {

// gRPC takes a port beyond 65535 for another one.
absl::Status CheckAddress(const std::string& address) {
  if (absl::StartsWith(address, "unix:")) return absl::OkStatus();
  const size_t colon = address.rfind(':');
  int port = -1;
  if (colon != std::string::npos && absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 0 && port <= 65535) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on '", address, "': expected host:port with a port of 0 to 65535, or unix:/path"));
}

// protobuf tells of every string that a client sends without it being UTF-8, on stderr.
void LogProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  Log(LogLevel::kDebug, "protobuf", {{"message", message}});
}

absl::StatusOr<LimitSet> ReadLimits(const ServerOptions& options) {
  if (options.limits_file.empty()) return LimitSet(options.limits);
  return LimitSet::Read(options.limits_file, options.limits);
}

// A stream is a thread, and a session may have some more for bulk values.
int StreamsFor(const ServerOptions& options) { return 4 * options.max_sessions + 64; }

absl::Status CheckAddresses(const ServerOptions& options) {
  if (options.listen.empty()) return absl::InvalidArgumentError("no address to listen on is given");
  for (const std::string& address : options.listen) RETURN_IF_ERROR(CheckAddress(address));
  return absl::OkStatus();
}

class GrpcServer final : public Server {
 public:
  GrpcServer(std::unique_ptr<DeviceSet> devices, std::unique_ptr<FrontDoor> door, std::unique_ptr<StateFolder> state,
             absl::Duration session_grace)
      : devices_(std::move(devices)),
        sessions_(*devices_, {.grace = session_grace, .on_expired = &LogExpired}),
        door_(std::move(door)),
        state_(std::move(state)),
        service_(sessions_, *door_, state_.get()) {}
  ~GrpcServer() override { Shutdown(absl::ZeroDuration()); }

  absl::Status Start(const ServerOptions& options) {
    google::protobuf::SetLogHandler(&LogProtobuf);
    ASSIGN_OR_RETURN(LimitSet limits, ReadLimits(options));
    sessions_.tenants().SetLimits(std::move(limits));
    sessions_.tenants().sessions()->set_limit(options.max_sessions);
    if (state_ != nullptr) RETURN_IF_ERROR(state_->Load(sessions_.tenants(), *devices_));
    grpc::EnableDefaultHealthCheckService(true);
    grpc::health::v1::HealthCheckRequest::descriptor();  // links the descriptor, for reflection to find
    if (options.security.reflection_exposure() != Exposure::kOff) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // Without this a second daemon on the same port starts and takes half of the connections.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // TensorFlow's clients send a tensor as one message; the other streams look at the size of theirs themselves.
    builder.SetMaxReceiveMessageSize(options.tensorflow ? std::numeric_limits<int>::max() : static_cast<int>(kMaxMessageBytes));
    builder.SetMaxSendMessageSize(-1);
    // A peer that does not answer within this is gone. Often enough for the tables of address translators.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    std::vector<int> ports(options.listen.size(), 0);
    for (size_t i = 0; i < options.listen.size(); ++i) {
      builder.AddListeningPort(options.listen[i], door_->CredentialsFor(options.listen[i]), &ports[i]);
    }
    // What opens no session is bounded as well; what has come of messages, and is not yet whole, lies in gRPC's memory.
    quota_.SetMaxThreads(StreamsFor(options));
    quota_.Resize(std::max<size_t>(HostMemoryBytes() / 8, size_t{512} << 20));
    builder.SetResourceQuota(quota_);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, StreamsFor(options));
    builder.RegisterService(&service_);
    if (options.tensorflow) {
      tensorflow_ = std::make_unique<tf::Door>(sessions_, *door_, service_.activity(), service_.draining());
      tensorflow_services_ = tf::MakeServices(*tensorflow_);
      for (const auto& service : tensorflow_services_) builder.RegisterService(service.get());
    }
    const mode_t mask = umask(0777 & ~options.security.unix_socket_mode);  // of sockets from their first moment on
    server_ = builder.BuildAndStart();
    umask(mask);
    for (size_t i = 0; i < ports.size(); ++i) {
      if (ports[i] == 0) {  // gRPC sets one, 1 for a unix socket, where it could bind
        return absl::FailedPreconditionError(
            absl::StrCat("cannot listen on ", options.listen[i], ": ", WhyNotListen(options.listen[i])));
      }
      addresses_.push_back(WithPort(options.listen[i], ports[i]));
    }
    if (server_ == nullptr) return absl::InternalError("gRPC cannot start");
    TellReadiness();
    for (const auto& device : devices_->devices()) {
      device->OnHealthChange([this, &device = *device] { TellHealth(device); });
    }
    if (state_ != nullptr && options.state_interval > absl::ZeroDuration()) {
      saving_ = std::make_unique<Periodic>(options.state_interval, [this] { Save(); });
    }
    return absl::OkStatus();
  }

  const std::vector<std::string>& addresses() const override { return addresses_; }
  const DeviceSet& devices() const override { return *devices_; }
  SessionRegistry& sessions() override { return sessions_; }
  FrontDoor& door() override { return *door_; }
  const StateFolder* state() const override { return state_.get(); }
  bool draining() const override { return stopped_; }
  absl::Status SetLimits(const ServerOptions& options) override {
    ASSIGN_OR_RETURN(LimitSet limits, ReadLimits(options));
    sessions_.tenants().SetLimits(std::move(limits));
    sessions_.tenants().sessions()->set_limit(options.max_sessions);
    quota_.SetMaxThreads(StreamsFor(options));
    return absl::OkStatus();
  }
  void Reload() override { door_->Reload(); }

  void Shutdown(absl::Duration grace) override {
    if (server_ == nullptr || stopped_.exchange(true)) return;
    TellReadiness();
    service_.Drain(/*quiet=*/absl::Milliseconds(100), grace);
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    saving_.reset();
    if (state_ != nullptr) Save();
  }

 private:
  void Save() { state_->Save(sessions_.tenants()).IgnoreError(); }  // it is in the log

  void TellHealth(const Device& device) {
    const absl::Status health = device.health();
    if (health.ok()) {
      Log(LogLevel::kInfo, "device_works", {{"device", device.attributes().name}});
    } else {
      Log(LogLevel::kError, "device_failed", {{"device", device.attributes().name}, {"reason", health.message()}});
    }
    TellReadiness();
  }

  // Ready while nothing is amiss: a server that is leaving, or one of whose devices has failed, should get no new work.
  void TellReadiness() {
    bool ready = !stopped_;
    for (const auto& device : devices_->devices()) ready = ready && device->health().ok();
    // By name as well as for all: gRPC knows the daemon as a whole, and its services from when they are first told of.
    server_->GetHealthCheckService()->SetServingStatus(ready);
    server_->GetHealthCheckService()->SetServingStatus("eager.v1.TensorService", ready);
  }

  static void LogExpired(const Session& session) {
    Log(LogLevel::kWarning, "session_expired",
        {{"session", session.id()}, {"tenant", session.tenant().name()}, {"client", session.client()},
         {"handles", session.stats().handles.load()}, {"bytes", session.queues().bytes()}});
  }

  static std::string WithPort(const std::string& address, int port) {
    if (absl::StartsWith(address, "unix:")) return address;
    return absl::StrCat(address.substr(0, address.rfind(':') + 1), port);
  }

  std::unique_ptr<DeviceSet> devices_;
  SessionRegistry sessions_;
  std::unique_ptr<FrontDoor> door_;
  std::unique_ptr<StateFolder> state_;  // null: none
  TensorServiceImpl service_;
  std::unique_ptr<tf::Door> tensorflow_;  // null: not served
  std::vector<std::unique_ptr<grpc::Service>> tensorflow_services_;
  std::unique_ptr<Periodic> saving_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> addresses_;
  std::atomic<bool> stopped_{false};
  grpc::ResourceQuota quota_{"eagerd"};
};

}  // namespace

absl::Status Server::Check(const ServerOptions& options) {
  RETURN_IF_ERROR(CheckAddresses(options));
  RETURN_IF_ERROR(FrontDoor::Make(options.security, options.listen).status());
  return ReadLimits(options).status();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Make(const ServerOptions& options) {
  RETURN_IF_ERROR(CheckAddresses(options));
  ASSIGN_OR_RETURN(std::unique_ptr<FrontDoor> door, FrontDoor::Make(options.security, options.listen));
  ASSIGN_OR_RETURN(std::unique_ptr<DeviceSet> devices, DeviceSet::Make(options.devices));
  for (const auto& device : devices->devices()) KernelsFor(*device);  // a wrong row ends the start, not the first op
  if (options.compute_threads > 0) SetComputeThreads(options.compute_threads);
  SetFusion(options.fusion);
  std::unique_ptr<StateFolder> state;
  if (!options.state.empty()) {
    ASSIGN_OR_RETURN(state, StateFolder::Open(options.state));
  }
  auto server = std::make_unique<GrpcServer>(std::move(devices), std::move(door), std::move(state), options.session_grace);
  RETURN_IF_ERROR(server->Start(options));
  return server;
}

}  // namespace eager::server
