// A server behind tokens and certificates, and callers of it.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "common/auth/token.h"
#include "common/channel/channel.h"
#include "eager/v1/service.grpc.pb.h"
#include "server/rpc/server.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_folder.h"

namespace eager {

class Secured : public ::testing::Test {
 protected:
  using Stub = v1::TensorService::Stub;

  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  }

  // Two tenants, one of them with a second token, and an admin.
  std::string Tokens() {
    const auto line = [](absl::string_view caller, absl::string_view token) {
      return absl::StrCat(caller, " ", ToText(HashToken(token)), "\n");
    };
    return folder_.Write("tokens", line("alice use", "alice-token") + line("bob use", "bob-token") + line("root admin", "root-token"));
  }
  // The server's certificate and key, signed by `authority`, in files.
  void WriteCertificate(const testing::CertificateAuthority& authority, testing::CertificateOptions options = {.common_name = "eagerd"}) {
    const testing::PemPair pair = authority.Issue(options);
    folder_.Write("server.pem", pair.cert);
    folder_.Write("server.key", pair.key);
  }
  server::SecurityOptions Tls() {
    WriteCertificate(ca_);
    return {.tls_cert = folder_ / "server.pem", .tls_key = folder_ / "server.key"};
  }
  // Options of a caller who trusts `authority`.
  ChannelOptions Trusting(const testing::CertificateAuthority& authority) { return {.ca = folder_.Write("ca.pem", authority.pem())}; }
  ChannelOptions As(ChannelOptions options, const testing::PemPair& pair) {
    options.cert = folder_.Write("client.pem", pair.cert);
    options.key = folder_.Write("client.key", pair.key);
    return options;
  }

  void Start(const server::SecurityOptions& security, std::vector<std::string> listen = {"127.0.0.1:0"}) {
    auto server = server::Server::Make({.listen = std::move(listen), .security = security});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  const std::string& address() const { return server_->addresses()[0]; }

  std::shared_ptr<grpc::Channel> Channel(const ChannelOptions& options) {
    const auto maker = ChannelMaker::Make(address(), options);
    EXPECT_TRUE(maker.ok()) << maker.status();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    return maker->MakeChannel(arguments);
  }
  // One call of each kind that fits Stub's methods.
  template <class Request, class Response>
  grpc::Status Call(const ChannelOptions& options, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    return (v1::TensorService::NewStub(Channel(options)).get()->*method)(&context, request, response);
  }
  // Whether a caller gets an answer.
  grpc::Status Hello(const ChannelOptions& options) {
    v1::HelloRequest request;
    request.set_min_version(1);
    request.set_max_version(1);
    v1::HelloResponse response;
    return Call(options, &Stub::Hello, request, &response);
  }
  v1::ListSessionsResponse Sessions(const ChannelOptions& options) {
    v1::ListSessionsResponse response;
    const grpc::Status status = Call(options, &Stub::ListSessions, v1::ListSessionsRequest(), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  testing::TempFolder folder_;
  const testing::CertificateAuthority ca_;
  std::unique_ptr<server::Server> server_;
};

}  // namespace eager
