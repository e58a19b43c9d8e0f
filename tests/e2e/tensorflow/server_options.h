// A server for tests of TensorFlow's protocol.
#pragma once

#include "server/rpc/server.h"

namespace eager {

// What a test finds convenient in place of a daemon's defaults.
inline server::ServerOptions TensorFlowServerOptions() {
  server::ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.devices.devices = "cpu";
  return options;
}

}  // namespace eager
