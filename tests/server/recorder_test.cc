// What a recording keeps, and the trace that becomes of it.
#include "server/exec/recorder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "server/exec/trace_json.h"
#include "server/session/session.h"

namespace eager::server {
namespace {

using Json = nlohmann::json;

Json TraceOf(const Recorder::Recording& recording, const std::string& client = "test", size_t piece_bytes = 100) {
  std::string text;
  WriteTrace(recording, {.session = "id", .client = client, .tenant = "default", .version = "1"}, piece_bytes,
             [&](std::string piece) {
               text += piece;
               return true;
             });
  Json trace = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  EXPECT_FALSE(trace.is_discarded()) << text;
  return trace;
}

Json EventsOf(const Json& trace, const std::string& category) {
  Json found = Json::array();
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == "X" && event["cat"] == category) found.push_back(event);
  }
  return found;
}

class RecorderTest : public ::testing::Test {
 protected:
  // Puts a vector under handle 1, and runs an op on it n times under `recorder`.
  void Run(const std::shared_ptr<Recorder>& recorder, const char* op, int n) {
    const std::vector<float> values(3, 1.0f);
    const absl::string_view bytes(reinterpret_cast<const char*>(values.data()), 3 * sizeof(float));
    ASSERT_TRUE(session_.PutConstant(1, {DType::kFloat32, Shape{3}}, bytes, "").ok());
    ASSERT_TRUE(session_.Define(1, op, {}, "").ok());
    const RecordingScope scope(recorder);
    for (uint64_t i = 0; i < static_cast<uint64_t>(n); ++i) {
      const uint64_t input = 1;
      ASSERT_TRUE(session_.Run({1, {&input, 1}, 2 + i, 1, {}}).ok());
    }
  }

  const std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
  Session session_{*devices_, std::make_shared<Tenant>("default"), "test", "nowhere"};
};

TEST_F(RecorderTest, TellsOfOps) {
  const auto recorder = std::make_shared<Recorder>(100);
  Run(recorder, "Square", 4);
  recorder->Stop();
  const Recorder::Recording recording = recorder->Take();
  EXPECT_EQ(recording.dropped, 0u);
  const Json trace = TraceOf(recording), ops = EventsOf(trace, "op");
  ASSERT_EQ(ops.size(), 4u);
  double last = 0;
  for (const Json& op : ops) {
    EXPECT_EQ(op["name"], "Square");
    EXPECT_EQ(op["args"]["inputs"], Json::array({"float32[3]"}));
    EXPECT_EQ(op["args"]["outputs"], Json::array({"float32[3]"}));
    EXPECT_NE(op["args"]["device"].get<std::string>().find("CPU:0"), std::string::npos);
    EXPECT_GE(op["ts"].get<double>(), last);
    EXPECT_GE(op["dur"].get<double>(), 0.0);
    last = op["ts"].get<double>() + op["dur"].get<double>();
  }
  EXPECT_LE(last, 1e6 * trace["otherData"]["seconds"].get<double>() + 0.001);
  EXPECT_EQ(trace["otherData"]["events"], 4);
}

TEST_F(RecorderTest, TellsOfFailures) {
  const auto recorder = std::make_shared<Recorder>(100);
  Run(recorder, "LogicalNot", 1);  // of floats
  recorder->Stop();
  const Json ops = EventsOf(TraceOf(recorder->Take()), "op");
  ASSERT_EQ(ops.size(), 1u);
  EXPECT_EQ(ops[0]["args"]["error"], "INVALID_ARGUMENT");
}

TEST_F(RecorderTest, TellsNothingWithoutAScope) {
  const auto recorder = std::make_shared<Recorder>(100);
  Run(nullptr, "Square", 4);
  std::thread([&] { EXPECT_EQ(Recorder::Current(), nullptr); }).join();
  recorder->Stop();
  EXPECT_TRUE(recorder->Take().events.empty());
}

TEST_F(RecorderTest, KeepsTheLastEvents) {
  Recorder recorder(10);
  for (int i = 0; i < 25; ++i) recorder.Add("item", "fetch", recorder.Now(), static_cast<uint64_t>(i));
  recorder.Stop();
  const Recorder::Recording recording = recorder.Take();
  ASSERT_EQ(recording.events.size(), 10u);
  EXPECT_EQ(recording.dropped, 15u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(recording.events[i].items, 15 + i);
  EXPECT_EQ(TraceOf(recording)["otherData"]["dropped"], 15);
}

TEST_F(RecorderTest, AddsNothingAfterItsEnd) {
  Recorder recorder(10);
  EXPECT_FALSE(recorder.AwaitStop(absl::ZeroDuration()));
  recorder.Add("item", "fetch", 0);
  std::thread stop([&] { recorder.Stop(); });
  EXPECT_TRUE(recorder.AwaitStop(absl::Seconds(60)));
  stop.join();
  recorder.Add("item", "fetch", 0);
  EXPECT_EQ(recorder.Take().events.size(), 1u);
}

TEST_F(RecorderTest, NestsSlices) {
  const auto recorder = std::make_shared<Recorder>(10);
  {
    const RecordingScope scope(recorder);
    const TimeSlice outer("message", "message", 7);
    TimeSlice inner("phase", "execute");
    inner.set_items(3);
  }
  recorder->Stop();
  const Json trace = TraceOf(recorder->Take());
  const Json outer = EventsOf(trace, "message")[0], inner = EventsOf(trace, "phase")[0];
  EXPECT_EQ(outer["args"], Json({{"bytes", 7}}));
  EXPECT_EQ(inner["args"], Json({{"items", 3}}));
  EXPECT_LE(outer["ts"].get<double>(), inner["ts"].get<double>());
  EXPECT_LE(inner["ts"].get<double>() + inner["dur"].get<double>(),
            outer["ts"].get<double>() + outer["dur"].get<double>() + 1e-6);
}

TEST_F(RecorderTest, TakesManyShapesForOthers) {
  Recorder recorder(Recorder::kMostEvents);
  const int n = 3 << 14;
  for (int i = 0; i < n; ++i) recorder.Add("item", absl::StrCat("name ", i), 0);
  recorder.Stop();
  const Recorder::Recording recording = recorder.Take();
  EXPECT_EQ(recording.events.size(), static_cast<size_t>(n));
  EXPECT_EQ(recording.kinds.size(), size_t{1} << 14);
  EXPECT_EQ(recording.kinds[recording.events.back().kind].name, "other");
}

TEST_F(RecorderTest, WritesNamesOfClientsAsText) {
  Recorder recorder(1);
  recorder.Stop();
  const Json trace = TraceOf(recorder.Take(), "\"\\\n\xff</script>");
  EXPECT_EQ(trace["otherData"]["client"],
            "\"\\?"
            "?</script>");
}

TEST_F(RecorderTest, OneAtATimeAndSession) {
  const auto recorder = std::make_shared<Recorder>(1);
  EXPECT_EQ(session_.recorder(), nullptr);
  EXPECT_TRUE(session_.StartRecording(recorder).ok());
  EXPECT_EQ(session_.StartRecording(recorder).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(session_.recorder(), recorder);
  session_.StopRecording();
  EXPECT_EQ(session_.recorder(), nullptr);
  EXPECT_TRUE(session_.StartRecording(recorder).ok());
}

}  // namespace
}  // namespace eager::server
