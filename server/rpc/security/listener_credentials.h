// What gRPC asks of a listener: TLS with certificates that may change, and a look at every call before it begins.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/rpc/security/authenticator.h"
#include "server/rpc/security/reloaded.h"
#include "server/rpc/security/tls_files.h"

namespace eager::server {

enum class ClientCertificates { kNone, kOptional, kRequired };

// `tls`: null for plaintext. `guard`: null to admit every call. Both, and the result, must outlive the server. Certificates are looked at with
// every new connection, and connections that are there live on when they change.
//
// On gRPC's C interface: its C++ classes can neither reload certificates that were checked nor look at plaintext calls.
std::shared_ptr<grpc::ServerCredentials> MakeListenerCredentials(Reloaded<TlsFiles>* tls, ClientCertificates certificates,
                                                                 Authenticator* guard);

}  // namespace eager::server
