// The client's side of a connection to a daemon: TLS, certificates, tokens.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/channel/options.h"

namespace eager {

// Makes channels to one daemon that all say who the client is. A unix socket is plaintext whatever the options say.
class ChannelMaker {
 public:
  // Reads the files. INVALID_ARGUMENT for one that cannot be read, for a certificate without a key or without TLS, for
  // a token that cannot stand in a header, and for one that would leave this host in plaintext.
  static absl::StatusOr<ChannelMaker> Make(const std::string& address, const ChannelOptions& options);

  std::shared_ptr<grpc::Channel> MakeChannel(grpc::ChannelArguments arguments = {}) const;

 private:
  std::string address_;
  std::string server_name_;
  std::string token_;  // only where no credentials carry it
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
};

}  // namespace eager
