// How a client reaches a daemon, and as whom. Free of gRPC.
#pragma once

#include <string>

namespace eager {

struct ChannelOptions {
  std::string ca;           // PEM file of who signs the daemon's certificate; with it the connection is TLS
  std::string cert;         // PEM files that say who the client is
  std::string key;
  std::string server_name;  // that the daemon's certificate is for, where the address has another
  std::string token;        // sent with every call
  bool token_in_plaintext = false;  // also where others on the network can read it

  // What is left out, as the environment has it: EAGERD_TLS_CA, EAGERD_TLS_CERT, EAGERD_TLS_KEY, EAGERD_TLS_SERVER_NAME and
  // EAGERD_TOKEN.
  ChannelOptions OrEnvironment() const;
};

}  // namespace eager
