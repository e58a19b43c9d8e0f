// Bytes of a ClientMessage, as they come from a network: parsed, and executed by a session stream's dispatcher.
#include "server/rpc/dispatcher.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

int parsed = 0, answered = 0;

void CheckReply(const v1::ServerMessage& reply) {
  const auto check = [](const v1::Status& status) {
    CheckCode(absl::Status(static_cast<absl::StatusCode>(status.code()), status.message()));
  };
  for (const v1::Failure& failure : reply.failures()) check(failure.status());
  for (const v1::Fetched& fetched : reply.fetched()) check(fetched.status());
  for (const v1::WalkEvent& event : reply.events()) check(event.status());
  if (Traced()) std::fprintf(stderr, "%s\n", reply.DebugString().c_str());
}

void Handle(absl::string_view message) {
  server::SessionRegistry sessions(Devices());
  server::Dispatcher dispatcher(sessions, server::Caller(), "fuzz");
  v1::ServerMessage reply;
  if (absl::StatusOr<bool> handled = dispatcher.Handle(message, &reply); !handled.ok()) return CheckCode(handled.status());
  ++answered;
  CheckReply(reply);
}

}  // namespace

std::string Report() { return absl::StrCat(parsed, " messages parsed, ", answered, " of them executed\n"); }
int Reached() { return answered; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  eager::v1::ClientMessage message;
  Handle(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  ++parsed;
  if (Traced()) std::fprintf(stderr, "%s\n", message.DebugString().c_str());
  // The same items again, behind an opening of their own.
  message.set_seq(1);
  message.mutable_open()->set_token("sixteen bytes or more");
  Handle(message.SerializeAsString());
  CheckNothingIsHeld();
  return 0;
}
