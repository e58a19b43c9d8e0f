#include "common/channel/channel.h"

#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/channel/address.h"
#include "common/channel/read_file.h"
#include "common/status_macros.h"

namespace eager {
namespace {

namespace experimental = grpc::experimental;

// gRPC's own credentials carry tokens through TLS only; where plaintext is in order this puts them on every call.
class SendToken final : public experimental::Interceptor {
 public:
  explicit SendToken(const std::string& token) : token_(token) {}
  void Intercept(experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", absl::StrCat("Bearer ", token_));
    }
    methods->Proceed();
  }

 private:
  const std::string token_;
};

class SendTokenFactory final : public experimental::ClientInterceptorFactoryInterface {
 public:
  explicit SendTokenFactory(std::string token) : token_(std::move(token)) {}
  experimental::Interceptor* CreateClientInterceptor(experimental::ClientRpcInfo*) override { return new SendToken(token_); }

 private:
  const std::string token_;
};

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  if (text.find("-----BEGIN ") == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(path, " holds no certificate or key in PEM form"));
  }
  return text;
}

absl::Status Check(const std::string& address, const ChannelOptions& options, bool tls) {
  if (options.cert.empty() != options.key.empty()) {
    return absl::InvalidArgumentError("a certificate and its key are given together, or neither");
  }
  if (!tls && !IsUnixSocket(address) && (!options.cert.empty() || !options.server_name.empty())) {
    return absl::InvalidArgumentError("a certificate or a server's name needs TLS: name the CA's file as well (EAGERD_TLS_CA)");
  }
  if (!std::all_of(options.token.begin(), options.token.end(), [](unsigned char c) { return absl::ascii_isgraph(c); })) {
    return absl::InvalidArgumentError("the token holds characters that a token cannot have");
  }
  if (!options.token.empty() && !tls && !StaysOnHost(address) && !options.token_in_plaintext) {
    return absl::InvalidArgumentError(absl::StrCat("the token would go to ", address,
                                                   " in plaintext: use TLS (EAGERD_TLS_CA), or allow it with token_in_plaintext"));
  }
  return absl::OkStatus();
}

}  // namespace

ChannelOptions ChannelOptions::OrEnvironment() const {
  ChannelOptions options = *this;
  const auto fill = [](std::string& value, const char* name) {
    const char* found = value.empty() ? std::getenv(name) : nullptr;
    if (found != nullptr) value = found;
  };
  fill(options.ca, "EAGERD_TLS_CA");
  fill(options.cert, "EAGERD_TLS_CERT");
  fill(options.key, "EAGERD_TLS_KEY");
  fill(options.server_name, "EAGERD_TLS_SERVER_NAME");
  fill(options.token, "EAGERD_TOKEN");
  return options;
}

absl::StatusOr<ChannelMaker> ChannelMaker::Make(const std::string& address, const ChannelOptions& options) {
  const bool tls = !options.ca.empty() && !IsUnixSocket(address);
  RETURN_IF_ERROR(Check(address, options, tls));
  ChannelMaker maker;
  maker.address_ = address;
  if (!tls) {
    maker.token_ = options.token;
    maker.credentials_ = grpc::InsecureChannelCredentials();
    return maker;
  }
  grpc::SslCredentialsOptions ssl;
  ASSIGN_OR_RETURN(ssl.pem_root_certs, ReadPem(options.ca));
  ASSIGN_OR_RETURN(ssl.pem_cert_chain, ReadPem(options.cert));
  ASSIGN_OR_RETURN(ssl.pem_private_key, ReadPem(options.key));
  maker.server_name_ = options.server_name;
  maker.credentials_ = grpc::SslCredentials(ssl);
  if (!options.token.empty()) {
    maker.credentials_ = grpc::CompositeChannelCredentials(maker.credentials_, grpc::AccessTokenCredentials(options.token));
  }
  return maker;
}

std::shared_ptr<grpc::Channel> ChannelMaker::MakeChannel(grpc::ChannelArguments arguments) const {
  if (!server_name_.empty()) arguments.SetSslTargetNameOverride(server_name_);
  if (token_.empty()) return grpc::CreateCustomChannel(address_, credentials_, arguments);
  std::vector<std::unique_ptr<experimental::ClientInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<SendTokenFactory>(token_));
  return experimental::CreateCustomChannelWithInterceptors(address_, credentials_, arguments, std::move(factories));
}

}  // namespace eager
