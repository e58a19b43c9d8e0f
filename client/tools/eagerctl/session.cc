#include "client/tools/eagerctl/session.h"

namespace eager::ctl {

Context OpenSession(const Remote& remote) {
  const ChannelOptions& channel = remote.channel();
  ConnectOptions options;
  options.timeout_seconds = remote.timeout_seconds();
  options.reconnect_seconds = 0;  // somebody is waiting at a terminal
  options.soft_placement = false;
  options.tls = {channel.ca, channel.cert, channel.key, channel.server_name};
  options.token = channel.token;
  options.token_in_plaintext = channel.token_in_plaintext;
  Context context = Context::Connect(remote.address(), options);
  Context::SetDefault(context);
  return context;
}

}  // namespace eager::ctl
