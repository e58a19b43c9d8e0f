// Chunks of an Upload, each behind its length in two bytes, as they come from a network; what is complete is computed with
// and read.
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/rpc/dispatcher.h"
#include "server/rpc/upload.h"
#include "tests/fuzz/fixture.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

constexpr char kToken[] = "sixteen bytes or more";
constexpr int kBlock = 7;  // chunks come in pieces that end anywhere
int complete = 0, refused = 0;

std::vector<std::string> Split(absl::string_view bytes) {
  std::vector<std::string> chunks;
  while (bytes.size() >= 2) {
    const size_t n = static_cast<unsigned char>(bytes[0]) | static_cast<size_t>(static_cast<unsigned char>(bytes[1])) << 8;
    chunks.emplace_back(bytes.substr(2, n));
    bytes.remove_prefix(std::min(bytes.size(), n + 2));
  }
  return chunks;
}

absl::StatusOr<v1::UploadResponse> Upload(server::SessionRegistry& sessions, const std::vector<std::string>& chunks) {
  server::UploadAssembler upload(sessions, server::Caller());
  for (const std::string& chunk : chunks) {
    google::protobuf::io::ArrayInputStream stream(chunk.data(), static_cast<int>(chunk.size()), kBlock);
    if (absl::Status status = upload.Add(&stream); !status.ok()) return status;
  }
  return upload.Complete();
}

// Reads every byte of what was uploaded: by an op, and by a fetch.
void Use(server::Dispatcher& dispatcher, uint64_t id) {
  v1::ClientMessage message;
  message.set_seq(2);
  v1::Constant* constant = message.add_items()->mutable_constant();
  constant->set_handle(1);
  constant->set_upload(id);
  v1::DefineSignature* define = message.add_items()->mutable_define();
  define->set_id(1);
  define->set_op("Equal");
  v1::RunOp* run = message.add_items()->mutable_run();
  run->set_signature(1);
  run->add_inputs(1);
  run->add_inputs(1);
  run->set_first_output(2);
  run->set_num_outputs(1);
  for (uint64_t handle : {1, 2}) {
    v1::Fetch* fetch = message.add_items()->mutable_fetch();
    fetch->set_id(handle);
    fetch->set_handle(handle);
  }
  v1::ServerMessage reply;
  if (!dispatcher.Handle(message.SerializeAsString(), &reply).ok()) Fail("a session does not go on after an upload");
  for (const v1::Fetched& fetched : reply.fetched()) {
    CheckCode(absl::Status(static_cast<absl::StatusCode>(fetched.status().code()), fetched.status().message()));
  }
  if (Traced()) std::fprintf(stderr, "%s\n", reply.DebugString().c_str());
}

void Handle(const std::vector<std::string>& chunks, uint64_t id) {
  server::SessionRegistry sessions(Devices());
  server::Dispatcher dispatcher(sessions, server::Caller(), "fuzz");
  v1::ClientMessage open;
  open.set_seq(1);
  open.mutable_open()->set_token(kToken);
  v1::ServerMessage reply;
  if (!dispatcher.Handle(open.SerializeAsString(), &reply).ok()) Fail("no session can be opened");
  const absl::StatusOr<v1::UploadResponse> response = Upload(sessions, chunks);
  if (Traced()) std::fprintf(stderr, "%s\n", response.status().ToString().c_str());
  CheckCode(response.status());
  ++(response.ok() ? complete : refused);
  if (response.ok()) Use(dispatcher, id);
}

}  // namespace

std::string Report() { return absl::StrCat(complete, " uploads complete, ", refused, " refused\n"); }
int Reached() { return complete; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  std::vector<std::string> chunks = Split({reinterpret_cast<const char*>(data), size});
  Handle(chunks, 1);
  CheckNothingIsHeld();
  // The same with headers that name the session and an id.
  for (std::string& chunk : chunks) {
    eager::v1::UploadChunk parsed;
    if (!parsed.ParseFromString(chunk) || !parsed.has_header()) continue;
    parsed.mutable_header()->set_session(kToken);
    parsed.mutable_header()->set_id(1);
    chunk = parsed.SerializeAsString();
  }
  Handle(chunks, 1);
  CheckNothingIsHeld();
  return 0;
}
