#include "server/rpc/hello.h"

#include "absl/strings/str_cat.h"
#include "server/device/incarnation.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/listings.h"
#include "server/rpc/version.h"

namespace eager::server {

uint64_t Incarnation() {
  static const uint64_t incarnation = RandomIncarnation();
  return incarnation;
}

absl::Status SayHello(const SessionRegistry& sessions, const v1::HelloRequest& request, v1::HelloResponse* response) {
  if (request.min_version() > kProtocolVersion || request.max_version() < kProtocolVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the client speaks versions ", request.min_version(), " to ",
                                                      request.max_version(), " of the protocol, this server speaks ",
                                                      kProtocolVersion));
  }
  response->set_version(kProtocolVersion);
  response->set_server_version(kVersion);
  response->set_op_table_revision(OpTable::Builtin().revision());
  response->mutable_limits()->set_max_message_bytes(kMaxMessageBytes);
  response->mutable_limits()->set_max_inline_bytes(kMaxInlineBytes);
  response->mutable_limits()->set_max_tensor_bytes(kMaxTensorBytes);
  response->set_incarnation(Incarnation());
  response->set_session_grace_seconds(absl::ToDoubleSeconds(sessions.grace()));
  for (const auto& device : sessions.devices().devices()) DescribeDevice(*device, response->add_devices());
  return absl::OkStatus();
}

}  // namespace eager::server
