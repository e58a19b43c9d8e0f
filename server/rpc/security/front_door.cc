#include "server/rpc/security/front_door.h"

#include <grpc/grpc_security_constants.h>

#include "absl/strings/match.h"
#include "common/channel/address.h"
#include "server/rpc/security/listener_credentials.h"
#include "server/rpc/security/listeners.h"

namespace eager::server {
namespace {

absl::string_view View(grpc::string_ref text) { return absl::string_view(text.data(), text.size()); }

// gRPC's words for where a call comes from.
bool IsOnHost(absl::string_view peer) {
  return absl::StartsWith(peer, "unix:") || absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "ipv6:[::1]:") ||
         absl::StartsWith(peer, "ipv6:%5B::1%5D:");
}

}  // namespace

absl::StatusOr<std::unique_ptr<FrontDoor>> FrontDoor::Make(const SecurityOptions& options,
                                                           const std::vector<std::string>& addresses) {
  RETURN_IF_ERROR(CheckListeners(options, addresses));
  auto door = std::unique_ptr<FrontDoor>(new FrontDoor(options));
  ASSIGN_OR_RETURN(door->authenticator_, Authenticator::Make(options));
  if (options.tls_cert.empty()) return door;
  const std::vector<std::string> paths = {options.tls_cert, options.tls_key, options.tls_client_ca};
  ASSIGN_OR_RETURN(door->tls_, Reloaded<TlsFiles>::Make("certificate of " + options.tls_cert, paths,
                                                        [paths](const std::vector<std::string>& contents) {
                                                          return TlsFiles::Parse(paths, contents);
                                                        }));
  return door;
}

std::shared_ptr<grpc::ServerCredentials> FrontDoor::CredentialsFor(const std::string& address) {
  const ClientCertificates certificates = options_.tls_client_ca.empty() ? ClientCertificates::kNone
                                          : options_.tls_client_required ? ClientCertificates::kRequired
                                                                         : ClientCertificates::kOptional;
  return listeners_.emplace_back(MakeListenerCredentials(IsUnixSocket(address) ? nullptr : tls_.get(), certificates,
                                                         authenticator_->guards() ? authenticator_.get() : nullptr));
}

absl::StatusOr<Caller> FrontDoor::CallerOf(const grpc::ServerContextBase& context) {
  if (!options_.needs_callers()) return authenticator_->Identify({}, IsOnHost(context.peer()));
  Credentials credentials;
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  if (first != last) {
    credentials.authorization = View(first->second);
    credentials.ambiguous = std::next(first) != last;
  }
  const std::shared_ptr<const grpc::AuthContext> context_of_tls = context.auth_context();
  const std::vector<grpc::string_ref> names = context_of_tls->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
  if (!names.empty()) credentials.common_name = View(names[0]);
  credentials.ambiguous = credentials.ambiguous || names.size() > 1;
  return authenticator_->Identify(credentials, /*on_host=*/false);
}

absl::StatusOr<Caller> FrontDoor::CallerOf(std::optional<absl::string_view> authorization) {
  return authenticator_->Identify({.authorization = authorization}, /*on_host=*/false);
}

void FrontDoor::Reload() {
  authenticator_->Reload();
  if (tls_ != nullptr) tls_->Reload();
}

}  // namespace eager::server
