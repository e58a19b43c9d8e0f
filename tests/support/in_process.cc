#include "tests/support/in_process.h"

#include <cstdlib>

#include "client/context.h"
#include "client/core/context_state.h"
#include "client/transport/inprocess_stream.h"
#include "common/status_macros.h"

namespace eager::testing {

absl::StatusOr<std::unique_ptr<InProcessServer>> InProcessServer::Make(int64_t cpu_memory_limit) {
  const char* devices_of_test = std::getenv("EAGERD_TEST_DEVICES");
  server::DeviceOptions options{devices_of_test == nullptr ? "cpu" : devices_of_test, cpu_memory_limit, {}};
  options.gpu.tf32 = false;  // tests compare to more digits
  return Make(options);
}

absl::StatusOr<std::unique_ptr<InProcessServer>> InProcessServer::Make(const server::DeviceOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<server::DeviceSet> devices, server::DeviceSet::Make(options));
  std::unique_ptr<InProcessServer> server(new InProcessServer(std::move(devices)));
  RETURN_IF_ERROR(server->Reconnect());
  return server;
}

InProcessServer::~InProcessServer() { Disconnect(); }

absl::Status InProcessServer::Reconnect() {
  ASSIGN_OR_RETURN(std::unique_ptr<internal::Session> session,
                   internal::Session::Connect(internal::MakeInProcessStream(sessions_)));
  Context::SetDefault(Context(std::make_shared<internal::ContextState>(std::move(session), ConnectOptions())));
  return absl::OkStatus();
}

}  // namespace eager::testing
