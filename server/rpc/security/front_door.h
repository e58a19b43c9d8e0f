// All that stands between the network and the calls: listeners, TLS, callers.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/rpc/security/authenticator.h"
#include "server/rpc/security/tls_files.h"

namespace eager::server {

// Thread-safe but for CredentialsFor. Outlives the server.
class FrontDoor {
 public:
  // INVALID_ARGUMENT for options that do not fit together, files that cannot be read, and addresses that may not be listened
  // on; the message names them.
  static absl::StatusOr<std::unique_ptr<FrontDoor>> Make(const SecurityOptions& options,
                                                         const std::vector<std::string>& addresses);

  // Lives as long as this, which keeps it: gRPC lets go of it, but not of what it knows.
  std::shared_ptr<grpc::ServerCredentials> CredentialsFor(const std::string& address);
  // Who makes a call. UNAUTHENTICATED for nobody, which the listener has seen to, but tokens may change.
  absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context);
  // The same, where needs_callers(), of a call that does not come by gRPC. `authorization`: its header, "Bearer TOKEN".
  absl::StatusOr<Caller> CallerOf(std::optional<absl::string_view> authorization);
  bool needs_callers() const { return options_.needs_callers(); }
  // Looks now whether files have changed.
  void Reload();

 private:
  explicit FrontDoor(const SecurityOptions& options) : options_(options) {}

  const SecurityOptions options_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<Reloaded<TlsFiles>> tls_;  // null: plaintext
  std::vector<std::shared_ptr<grpc::ServerCredentials>> listeners_;
};

}  // namespace eager::server
