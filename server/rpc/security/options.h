// Who may reach the daemon, and as whom.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace eager::server {

enum class Exposure { kOpen, kClosed, kOff };  // for everybody, for known callers, for nobody

struct SecurityOptions {
  // PEM files of TLS, for every listener but unix sockets; read again when they change.
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;          // clients' certificates are signed by it, and name their tenant
  bool tls_client_required = true;    // else a client without a certificate may come with a token
  std::vector<std::string> admin_tenants;  // of certificates; tokens have their own roles

  std::string auth_tokens;  // a file of hashes (token_table.h); read again when it changes

  Exposure health = Exposure::kOpen;        // open or closed
  std::optional<Exposure> reflection;       // left out: closed where callers must say who they are, else open

  // Listen beyond loopback although anyone there can read or call.
  bool insecure = false;
  unsigned unix_socket_mode = 0600;

  // Whether callers must say who they are.
  bool needs_callers() const { return !tls_client_ca.empty() || !auth_tokens.empty(); }
  Exposure reflection_exposure() const {
    return reflection.value_or(needs_callers() ? Exposure::kClosed : Exposure::kOpen);
  }
};

}  // namespace eager::server
