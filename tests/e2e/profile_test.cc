// Programs that have themselves recorded, in one process and over gRPC.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "client/eager.h"
#include "server/rpc/server.h"
#include "tests/support/in_process.h"
#include "tests/support/temp_folder.h"

namespace eager {
namespace {

using Json = nlohmann::json;

struct Event {
  int64_t begin = 0, end = 0;  // nanoseconds
  std::string category, name;
  Json args;
};

// In the order of their beginnings, the longer first.
std::vector<Event> EventsOf(const std::string& path) {
  const Json trace = Json::parse(testing::ReadFile(path), nullptr, /*allow_exceptions=*/false);
  EXPECT_FALSE(trace.is_discarded());
  std::vector<Event> events;
  if (trace.is_discarded()) return events;
  const auto nanoseconds = [](const Json& micros) {
    return static_cast<int64_t>(std::llround(1000 * micros.get<double>()));
  };
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const int64_t begin = nanoseconds(event["ts"]);
    events.push_back({begin, begin + nanoseconds(event["dur"]), event["cat"], event["name"], event["args"]});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
  return events;
}

// Whether each lies in another one or beside it.
bool Nest(const std::vector<Event>& events) {
  std::vector<int64_t> open;
  for (const Event& event : events) {
    while (!open.empty() && open.back() <= event.begin) open.pop_back();
    if (event.end < event.begin || (!open.empty() && open.back() < event.end)) return false;
    open.push_back(event.end);
  }
  return true;
}

std::vector<Event> Named(const std::vector<Event>& events, const std::string& category, const std::string& name) {
  std::vector<Event> found;
  for (const Event& event : events) {
    if (event.category == category && event.name == name) found.push_back(event);
  }
  return found;
}

// Runs a small program of known ops, recorded, and looks at the trace.
void RecordAProgram(const std::string& path) {
  const Tensor before = raw_ops::MatMul(ones({4, 4}), ones({4, 4}));
  {
    profile trace(path);
    Tensor a = ones({4, 4});
    for (int i = 0; i < 5; ++i) a = raw_ops::MatMul(a, a);
    Variable w(constant({1.0f, 2.0f}));
    GradientTape tape;
    const Tensor loss = raw_ops::Square(w.value());
    EXPECT_EQ(tape.gradient(loss, w)->read<float>()[1], 4.0f);
    EXPECT_THROW(gather(constant({1, 2}), constant(5)).numpy(), Error);
  }
  raw_ops::MatMul(before, before).numpy();
  const std::vector<Event> events = EventsOf(path);
  EXPECT_TRUE(Nest(events));
  const std::vector<Event> products = Named(events, "op", "MatMul");
  ASSERT_EQ(products.size(), 5u);
  for (const Event& product : products) {
    EXPECT_EQ(product.args["inputs"], Json::array({"float32[4,4]", "float32[4,4]"}));
    EXPECT_EQ(product.args["outputs"], Json::array({"float32[4,4]"}));
  }
  EXPECT_EQ(Named(events, "op", "Square").size(), 1u);
  const std::vector<Event> walks = Named(events, "item", "backward");
  ASSERT_EQ(walks.size(), 1u);
  int in_walk = 0, failed = 0;
  for (const Event& event : events) {
    in_walk += event.category == "op" && event.begin >= walks[0].begin && event.end <= walks[0].end;
    failed += event.args.contains("error");
  }
  EXPECT_GT(in_walk, 0);
  EXPECT_EQ(failed, 1);
  for (const char* phase : {"decode", "execute"}) EXPECT_FALSE(Named(events, "phase", phase).empty()) << phase;
  EXPECT_FALSE(Named(events, "message", "message").empty());
  EXPECT_GE(Named(events, "item", "fetch").size(), 2u);
}

class RemoteProfile : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = server::Server::Make({.listen = {"127.0.0.1:0"}}).value();
    Connect(server_->addresses()[0]);
  }
  void TearDown() override {
    Disconnect();
    server_->Shutdown(absl::ZeroDuration());
  }
  testing::TempFolder folder_;
  std::unique_ptr<server::Server> server_;
};

TEST(InProcessProfile, HasTheOps) {
  const testing::TempFolder folder;
  const auto server = testing::InProcessServer::Make().value();
  RecordAProgram(folder / "trace.json");
  RecordAProgram(folder / "again.json");
}

TEST_F(RemoteProfile, HasTheOps) {
  RecordAProgram(folder_ / "trace.json");
  RecordAProgram(folder_ / "again.json");
  EXPECT_FALSE(Named(EventsOf(folder_ / "again.json"), "phase", "encode").empty());
}

TEST_F(RemoteProfile, IsOneAtATime) {
  profile first(folder_ / "first.json");
  EXPECT_THROW(profile(folder_ / "second.json"), Error);
  first.stop();
  first.stop();
  profile third(folder_ / "third.json");
}

TEST_F(RemoteProfile, SaysWhatIsWrongWithItsFile) {
  try {
    profile trace(folder_ / "no/such/folder/trace.json");
    FAIL() << "recorded";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(e.what()).find("no/such/folder"), std::string::npos) << e.what();
  }
}

TEST_F(RemoteProfile, EndsWithTheSession) {
  profile trace(folder_ / "trace.json");
  Disconnect();
  EXPECT_THROW(trace.stop(), Error);
}

}  // namespace
}  // namespace eager
