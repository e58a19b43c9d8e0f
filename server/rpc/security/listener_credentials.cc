#include "server/rpc/security/listener_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>

namespace eager::server {
namespace {

absl::string_view View(const grpc_slice& slice) {
  return absl::string_view(reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice));
}

// Sets what was unset; a second one makes the call ambiguous.
void Note(std::optional<absl::string_view>& where, absl::string_view value, bool& ambiguous) {
  ambiguous = ambiguous || where.has_value();
  where = value;
}

// gRPC's "process": every call of a listener comes by here, whatever service it is for.
void Look(void* guard, grpc_auth_context* context, const grpc_metadata* metadata, size_t n,
          grpc_process_auth_metadata_done_cb done, void* call) {
  Credentials credentials;
  absl::string_view method;
  for (size_t i = 0; i < n; ++i) {
    if (View(metadata[i].key) == ":path") method = View(metadata[i].value);
    if (View(metadata[i].key) == "authorization") {
      Note(credentials.authorization, View(metadata[i].value), credentials.ambiguous);
    }
  }
  grpc_auth_property_iterator names = grpc_auth_context_find_properties_by_name(context, GRPC_X509_CN_PROPERTY_NAME);
  while (const grpc_auth_property* name = grpc_auth_property_iterator_next(&names)) {
    Note(credentials.common_name, absl::string_view(name->value, name->value_length), credentials.ambiguous);
  }
  const absl::Status status = static_cast<Authenticator*>(guard)->Admit(method, credentials);
  done(call, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(status.code()),
       status.ok() ? nullptr : std::string(status.message()).c_str());
}

class ListenerCredentials final : public grpc::ServerCredentials {
 public:
  ListenerCredentials(Reloaded<TlsFiles>* tls, ClientCertificates certificates, Authenticator* guard) : tls_(tls) {
    if (tls_ == nullptr) {
      credentials_ = grpc_insecure_server_credentials_create();
    } else {
      const grpc_ssl_client_certificate_request_type request =
          certificates == ClientCertificates::kRequired   ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
          : certificates == ClientCertificates::kOptional ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                                          : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
      credentials_ = grpc_ssl_server_credentials_create_with_options(
          grpc_ssl_server_credentials_create_options_using_config_fetcher(request, &Fetch, this));
    }
    if (guard != nullptr) grpc_server_credentials_set_auth_metadata_processor(credentials_, {&Look, nullptr, guard});
  }
  ~ListenerCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}  // Look is it

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  // Called with every new connection, one at a time.
  static grpc_ssl_certificate_config_reload_status Fetch(void* self, grpc_ssl_server_certificate_config** config) {
    auto& credentials = *static_cast<ListenerCredentials*>(self);
    std::shared_ptr<const TlsFiles> files = credentials.tls_->Get();
    if (files == credentials.given_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {files->key.c_str(), files->cert.c_str()};
    // gRPC wants roots even where it asks for no client's certificate and so uses none.
    const std::string& roots = files->client_ca.empty() ? files->cert : files->client_ca;
    *config = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    credentials.given_ = std::move(files);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  Reloaded<TlsFiles>* const tls_;
  grpc_server_credentials* credentials_ = nullptr;
  std::shared_ptr<const TlsFiles> given_;  // to gRPC
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeListenerCredentials(Reloaded<TlsFiles>* tls, ClientCertificates certificates,
                                                                 Authenticator* guard) {
  return std::make_shared<ListenerCredentials>(tls, certificates, guard);
}

}  // namespace eager::server
