// An ExecuteRequest: as JSON, which grpcurl turns into a message, or as the message's bytes.
#include "google/protobuf/util/json_util.h"
#include "server/rpc/execute.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

int parsed = 0, answered = 0;

bool Parse(absl::string_view bytes, v1::ExecuteRequest& request) {
  if (bytes.empty() || bytes[0] != '{') return request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return google::protobuf::util::JsonStringToMessage({bytes.data(), bytes.size()}, &request).ok();
}

void Handle(const v1::ExecuteRequest& request) {
  static server::Tenant& tenant = *new server::Tenant("default");
  v1::ExecuteResponse response;
  const absl::Status status = server::Execute(Devices(), tenant, request, &response);
  if (Traced()) std::fprintf(stderr, "%s%s", status.ToString().c_str(), response.DebugString().c_str());
  if (!status.ok()) return CheckCode(status);
  ++answered;
  // A client must be able to read it, as a message and as JSON.
  std::string json;
  if (!v1::ExecuteResponse().ParseFromString(response.SerializeAsString())) Fail("nobody can read the response");
  if (!google::protobuf::util::MessageToJsonString(response, &json).ok()) Fail("the response has no JSON form");
}

}  // namespace

std::string Report() { return absl::StrCat(parsed, " requests parsed, ", answered, " of them answered\n"); }
int Reached() { return answered; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  eager::v1::ExecuteRequest request;
  if (!Parse({reinterpret_cast<const char*>(data), size}, request)) return 0;
  ++parsed;
  Handle(request);
  CheckNothingIsHeld();
  return 0;
}
