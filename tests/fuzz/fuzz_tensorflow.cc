// Items of a TensorFlow client, as an EnqueueRequest; a call of a component function stands for RunComponentFunction.
#include "server/rpc/tensorflow/context.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

using namespace ::tensorflow::eager;  // NOLINT: the messages

int parsed = 0, done = 0;

void Told(const absl::Status& status, const google::protobuf::Message& response) {
  if (Traced()) std::fprintf(stderr, "%s\n%s", status.ToString().c_str(), response.DebugString().c_str());
  if (!status.ok()) return CheckCode(status);
  ++done;
}

void Handle(EnqueueRequest& request) {
  server::tf::Context::Options options;
  options.bounds = {std::chrono::nanoseconds(0), 200};
  const auto session =
      std::make_shared<server::Session>(Devices(), std::make_shared<server::Tenant>("default"), "client", "peer");
  const auto rendezvous = std::make_shared<server::tf::Rendezvous>();
  server::tf::Context context(options, session, rendezvous, server::tf::Cluster());
  for (QueueItem& item : *request.mutable_queue()) {
    QueueResponse response;
    if (item.has_operation() && item.operation().is_component_function()) {
      RunComponentFunctionRequest run;
      *run.mutable_operation() = item.operation();
      run.add_output_num(0);
      RunComponentFunctionResponse ran;
      Told(context.RunComponent(run, &ran), ran);
      continue;
    }
    Told(context.Execute(item, &response), response);
  }
}

}  // namespace

std::string Report() { return absl::StrCat(parsed, " requests parsed, ", done, " of their items done\n"); }
int Reached() { return done; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  ::tensorflow::eager::EnqueueRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  ++parsed;
  Handle(request);
  CheckNothingIsHeld();
  return 0;
}
