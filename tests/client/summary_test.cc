// Event files: what TensorFlow would have written, what the scopes do, and what happens when the disk refuses.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <thread>

#include "absl/strings/escaping.h"
#include "client/eager.h"
#include "tests/golden/golden.h"
#include "tests/support/event_reader.h"
#include "tests/support/golden_events.h"
#include "tests/support/in_process.h"
#include "tests/support/temp_folder.h"

namespace eager {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using testing::OnlyFile;
using testing::ReadEvent;
using testing::ReadEvents;

class SummaryTest : public ::testing::Test {
 protected:
  // Everything in the only file of logs_ after its first record.
  std::vector<ReadEvent> Events() const {
    std::vector<ReadEvent> events = ReadEvents(OnlyFile(logs_));
    EXPECT_EQ(events.at(0).file_version, "brain.Event:2");
    events.erase(events.begin());
    return events;
  }
  std::vector<std::string> Tags() const {
    std::vector<std::string> tags;
    for (const ReadEvent& event : Events()) tags.push_back(event.tag);
    return tags;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
  testing::TempFolder temp_;
  const fs::path folder_ = temp_.path(), logs_ = folder_ / "logs";
};

template <class F>
StatusCode CodeOf(F call) {
  try {
    call();
    return StatusCode::kOk;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.where().file_name()).find("summary_test.cc"), std::string::npos) << error.what();
    return error.code();
  }
}

// ---- What TensorFlow wrote ----

// A record but for its time, which is field 1 and comes first.
std::string Timeless(const ReadEvent& event) { return event.data.substr(9); }

TEST_F(SummaryTest, WritesWhatTensorFlowWrites) {
  const fs::path golden = golden::FindFolder().value();
  const golden::Json expected = golden::ReadJson(golden, "events/expected.json").value();
  ASSERT_TRUE(golden::CopyFolder(golden, "events/logs", folder_ / "tensorflow").ok());
  const std::vector<ReadEvent> theirs = ReadEvents(OnlyFile(folder_ / "tensorflow"));

  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default();
  testing::WriteGoldenEvents(expected.at("written"));
  writer.flush();  // and stays open
  const std::vector<ReadEvent> ours = ReadEvents(OnlyFile(logs_));

  const golden::Json& records = expected.at("records");
  ASSERT_EQ(ours.size(), records.size());
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    const golden::Json& record = records[i];
    EXPECT_EQ(ours[i].step, record.at("step"));
    EXPECT_EQ(ours[i].file_version, record.value("file_version", ""));
    EXPECT_EQ(ours[i].writer, record.value("writer", ""));
    EXPECT_EQ(golden::Json::array({ours[i].tag}), record.value("tags", golden::Json::array({""})));
    EXPECT_GE(ours[i].wall_time, ours[0].wall_time);
    EXPECT_EQ(ours[i].bytes, record.at("bytes"));
    EXPECT_EQ(Timeless(ours[i]), Timeless(theirs[i])) << "record " << i << ", " << ours[i].tag;
  }
}

// A T of expected.json; byte strings are in base64 there.
HostTensor ParseTensor(const golden::Json& json) {
  if (!json.contains("base64")) return golden::ParseTensor(json).value();
  Shape shape;
  for (const int64_t extent : json.at("shape")) shape.push_back(extent);
  std::vector<std::string> strings;
  for (const std::string text : json.at("base64")) EXPECT_TRUE(absl::Base64Unescape(text, &strings.emplace_back()));
  return HostTensor::Strings(shape, strings);
}

TEST_F(SummaryTest, TensorBoardReadsTheSame) {
  const golden::Json expected = golden::ReadJson(golden::FindFolder().value(), "events/expected.json").value();
  {
    auto writer = summary::create_file_writer(logs_.string());
    auto scope = writer.as_default();
    testing::WriteGoldenEvents(expected.at("written"));
  }
  std::map<std::string, std::vector<ReadEvent>> by_tag;
  for (ReadEvent& event : Events()) by_tag[event.tag].push_back(std::move(event));
  const golden::Json& tags = expected.at("accumulator").at("tags");
  EXPECT_EQ(by_tag.size(), tags.size());
  for (const auto& [tag, want] : tags.items()) {
    const std::vector<ReadEvent>& got = by_tag[tag];
    ASSERT_EQ(got.size(), want.at("events").size()) << tag;
    EXPECT_EQ(got[0].plugin, want.at("plugin_name"));
    EXPECT_EQ(got[0].plugin_content, "");
    EXPECT_EQ(got[0].description, want.at("description"));
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].step, want["events"][i].at("step"));
      const HostTensor tensor = ParseTensor(want["events"][i].at("tensor"));
      EXPECT_EQ(got[i].value.dtype(), tensor.dtype());
      EXPECT_EQ(got[i].value.shape(), tensor.shape());
      EXPECT_TRUE(got[i].value.bytes() == tensor.bytes()) << tag << " " << i;
    }
  }
}

TEST_F(SummaryTest, FileNamesAreTensorFlows) {
  const summary::FileWriter first(logs_.string()), second((logs_ / "deep" / "er").string(), {.filename_suffix = ".mine"});
  const std::string name = fs::path(first.path()).filename().string();
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof(host) - 1), 0);
  EXPECT_EQ(name.substr(0, 20), "events.out.tfevents.");
  EXPECT_EQ(name.find_first_not_of("0123456789", 20), 30u) << name;
  const std::string middle = std::string(".") + host + "." + std::to_string(getpid()) + ".";
  EXPECT_EQ(name.substr(30, middle.size()), middle);
  EXPECT_EQ(name.substr(name.size() - 3), ".v2");
  EXPECT_EQ(fs::path(second.path()).extension(), ".mine");
  // Two writers of one folder and one second have two files.
  const summary::FileWriter third(logs_.string());
  EXPECT_NE(first.path(), third.path());
}

// ---- Values ----

TEST_F(SummaryTest, ScalarsOfEveryKind) {
  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default();
  Variable step(constant(int64_t{5}));
  EXPECT_TRUE(summary::scalar("number", 0.5, 1));
  summary::scalar("number", 3, 1);
  summary::scalar("number", true, 1);
  summary::scalar("tensor", constant(2.0f) * 3, constant(4));
  summary::scalar("tensor", constant(int64_t{16777217}) + int64_t{2}, step);
  summary::scalar("variable", Variable(constant(1.5f)), step.assign_add(constant(int64_t{1})));
  summary::scalar("half", op("Cast", {constant(0.1f)}, {{"DstT", float16}})[0], 1);
  summary::scalar("", std::numeric_limits<double>::quiet_NaN(), uint64_t{1} << 40);
  writer.flush();
  const std::vector<ReadEvent> events = Events();
  const float want[] = {0.5f, 3, 1, 6, 16777220, 1.5f, 0.0999755859375f};
  for (size_t i = 0; i < std::size(want); ++i) {
    EXPECT_EQ(events.at(i).value.dtype(), DType::kFloat32);
    EXPECT_EQ(events.at(i).value.shape(), Shape());
    EXPECT_EQ(events.at(i).value.values<float>()[0], want[i]) << i;
  }
  EXPECT_EQ(events[3].step, 4);
  EXPECT_EQ(events[4].step, 5);
  EXPECT_EQ(events[5].step, 6);
  EXPECT_EQ(events[7].tag, "scalar_summary");
  EXPECT_EQ(events[7].step, int64_t{1} << 40);
  EXPECT_TRUE(std::isnan(events[7].value.values<float>()[0]));
}

TEST_F(SummaryTest, TextsAndTables) {
  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default();
  summary::text("a", "one", 0, {.description = "words"});
  summary::text("a", {"x", "y"}, 1);
  summary::text("a", {"x"}, 2);
  summary::text("a", constant({{"p", "q"}, {"r", ""}}), 3);
  summary::text("a", std::vector<std::string>{}, 4);
  writer.flush();
  const std::vector<ReadEvent> events = Events();
  const Shape shapes[] = {{}, {2}, {1}, {2, 2}, {0}};
  for (size_t i = 0; i < std::size(shapes); ++i) EXPECT_EQ(events.at(i).value.shape(), shapes[i]);
  EXPECT_EQ(events[0].description, "words");
  EXPECT_EQ(events[3].value.string_at(2), "r");
}

TEST_F(SummaryTest, RefusesWhatCannotBeShown) {
  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default();
  EXPECT_EQ(CodeOf([] { summary::scalar("x", constant({1.f, 2.f}), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::scalar("x", constant("text"), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::histogram("x", constant("text"), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::text("x", constant(1), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::image("x", constant({{1, 2}}), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::image("x", constant(std::vector<float>(10), {1, 1, 2, 5}), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::image("x", constant(std::vector<float>(), {1, 0, 2, 3}), 0); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::image("x", constant(std::vector<float>(1), {1, 1, 1, 1}), 0, {.max_outputs = -1}); }),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::scalar("x", 1); }), StatusCode::kInvalidArgument) << "no step";
  EXPECT_EQ(CodeOf([] { summary::scalar("x", 1, constant(0.5f)); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { summary::scalar("x", 1, constant({1, 2})); }), StatusCode::kInvalidArgument);
  // A value that the server failed to compute is that op's error, and the writer goes on.
  EXPECT_EQ(CodeOf([] { summary::scalar("x", op("FloorDiv", {constant(1), constant(0)})[0], 0); }), StatusCode::kInvalidArgument);
  EXPECT_TRUE(summary::scalar("fine", 1, 0));
  writer.flush();
  EXPECT_EQ(Tags(), std::vector<std::string>{"fine"});
}

// ---- Scopes ----

TEST_F(SummaryTest, NameScopes) {
  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default(0);
  {
    summary::name_scope a("a");
    {
      summary::name_scope b("b/c");
      summary::scalar("x", 1);
      summary::name_scope top("");
      summary::scalar("x", 1);
      summary::name_scope again("z/");
      summary::scalar("x", 1);
    }
    summary::scalar("x", 1);
    std::thread([] { EXPECT_FALSE(summary::scalar("of another thread", 1, 0)); }).join();
  }
  summary::scalar("x", 1);
  writer.flush();
  EXPECT_EQ(Tags(), (std::vector<std::string>{"a/b/c/x", "x", "z/x", "a/x", "x"}));
}

TEST_F(SummaryTest, WritersAndStepsNest) {
  EXPECT_FALSE(summary::scalar("nowhere", 1, 0));
  EXPECT_FALSE(summary::should_record_summaries());
  const summary::FileWriter outer(logs_.string()), inner((folder_ / "inner").string());
  {
    auto scope = outer.as_default(10);
    {
      auto nested = inner.as_default(20);
      summary::scalar("x", 1);
      summary::experimental::set_step(21);
      summary::scalar("x", 1);
    }
    summary::scalar("x", 1);
    auto kept = outer.as_default();
    summary::scalar("x", 1);
    summary::experimental::set_step(11);
  }
  EXPECT_FALSE(summary::experimental::get_step().has_value());
  const std::vector<ReadEvent> in = ReadEvents(inner.path()), out = ReadEvents(outer.path());  // flushed by their scopes
  ASSERT_EQ(in.size(), 3u);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(in[1].step, 20);
  EXPECT_EQ(in[2].step, 21);
  EXPECT_EQ(out[1].step, 10);
  EXPECT_EQ(out[2].step, 10);
}

TEST_F(SummaryTest, RecordIf) {
  const auto writer = summary::create_file_writer(logs_.string());
  auto scope = writer.as_default();
  int step = 0;
  {
    summary::record_if every_other([&] { return step % 2 == 0; });
    for (; step < 4; ++step) EXPECT_EQ(summary::scalar("x", 1, step), step % 2 == 0);
    summary::record_if never(false);
    EXPECT_FALSE(summary::should_record_summaries());
    EXPECT_FALSE(summary::scalar("x", Tensor(), 0)) << "a value that is not written is not read";
  }
  EXPECT_TRUE(summary::scalar("x", 1, 9));
  writer.flush();
  EXPECT_EQ(Events().size(), 3u);
}

// ---- The file while it grows, and when it cannot ----

TEST_F(SummaryTest, FlushesByItself) {
  const summary::FileWriter often(logs_.string(), {.flush_millis = 0});
  const summary::FileWriter by_number((folder_ / "n").string(), {.max_queue = 3});
  const auto wait_for = [](const summary::FileWriter& writer, size_t events) {
    while (ReadEvents(writer.path()).size() < events + 1) std::this_thread::yield();
  };
  {
    auto scope = often.as_default(0);
    summary::scalar("x", 1);
    wait_for(often, 1);
    auto nested = by_number.as_default();
    for (int i = 0; i < 3; ++i) summary::scalar("x", 1);
    EXPECT_EQ(ReadEvents(by_number.path()).size(), 1u) << "three may wait";
    summary::scalar("x", 1);
    wait_for(by_number, 4);
  }
}

TEST_F(SummaryTest, ThreadsShareAWriter) {
  const summary::FileWriter writer(logs_.string(), {.max_queue = 2});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([writer, t] {
      auto scope = writer.as_default();
      for (int i = 0; i < 50; ++i) summary::scalar(std::to_string(t), i, i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  writer.close();
  std::map<std::string, int64_t> next;
  for (const ReadEvent& event : Events()) EXPECT_EQ(event.step, next[event.tag]++) << "each thread's in their order";
  for (int t = 0; t < 4; ++t) EXPECT_EQ(next[std::to_string(t)], 50);
}

TEST_F(SummaryTest, AClosedWriterSaysSo) {
  const summary::FileWriter writer(logs_.string());
  auto scope = writer.as_default(0);
  summary::scalar("x", 1);
  writer.close();
  EXPECT_EQ(Tags(), std::vector<std::string>{"x"});
  EXPECT_EQ(CodeOf([] { summary::scalar("y", 1); }), StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf([&] { auto again = writer.as_default(); }), StatusCode::kFailedPrecondition);
  writer.flush();
  writer.close();
  EXPECT_EQ(Tags(), std::vector<std::string>{"x"});
}

TEST_F(SummaryTest, TheLastCopyCloses) {
  {
    auto writer = std::make_unique<summary::FileWriter>(logs_.string());
    auto scope = writer->as_default(0);
    writer.reset();
    summary::scalar("x", 1);
  }
  EXPECT_EQ(Tags(), std::vector<std::string>{"x"});
}

TEST_F(SummaryTest, AFolderThatCannotBe) {
  std::ofstream(folder_ / "file") << "not a folder";
  EXPECT_NE(CodeOf([&] { summary::FileWriter writer((folder_ / "file" / "logs").string()); }), StatusCode::kOk);
  EXPECT_NE(CodeOf([] { summary::FileWriter writer("/proc/no/such"); }), StatusCode::kOk);
  EXPECT_EQ(CodeOf([&] { summary::FileWriter writer(logs_.string(), {.filename_suffix = "/no/such"}); }), StatusCode::kNotFound);
  EXPECT_EQ(float(constant(1.0f) + 1), 2) << "the session lives";
}

TEST_F(SummaryTest, ADeletedFileSaysSo) {
  const summary::FileWriter writer(logs_.string());
  auto scope = writer.as_default(0);
  fs::remove(writer.path());
  summary::scalar("x", 1);
  EXPECT_EQ(CodeOf([&] { writer.flush(); }), StatusCode::kNotFound);
  EXPECT_EQ(CodeOf([] { summary::scalar("x", 1); }), StatusCode::kNotFound);
  EXPECT_EQ(CodeOf([&] { writer.close(); }), StatusCode::kNotFound);
}

// The process may write files of at most `bytes` while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  sighandler_t handler_;
};

TEST_F(SummaryTest, ADiskThatRefusesLosesNothing) {
  const summary::FileWriter writer(logs_.string());
  auto scope = writer.as_default();
  for (int step = 0; step < 5; ++step) summary::scalar("x", step, step);
  writer.flush();
  std::vector<int64_t> taken = {0, 1, 2, 3, 4};
  {
    // Room for one record and a half.
    const FileSizeLimit limit(fs::file_size(writer.path()) + 80);
    for (int step = 5; step < 9; ++step) {
      summary::scalar("x", step, step);
      taken.push_back(step);
    }
    EXPECT_NE(CodeOf([&] { writer.flush(); }), StatusCode::kOk);
    EXPECT_EQ(Events().size(), 6u) << "what had room is there, and no half record";
    EXPECT_NE(CodeOf([] { summary::scalar("x", 100, 100); }), StatusCode::kOk) << "not taken";
    EXPECT_NE(CodeOf([] { summary::flush(); }), StatusCode::kOk);
  }
  summary::scalar("x", 9, 9);  // there is room again
  taken.push_back(9);
  writer.close();
  std::vector<int64_t> steps;
  for (const ReadEvent& event : Events()) steps.push_back(event.step);
  EXPECT_EQ(steps, taken);
}

TEST_F(SummaryTest, AFullDisk) {
  fs::create_directory(logs_);
  if (mount("tmpfs", logs_.c_str(), "tmpfs", 0, "size=16k") != 0) {
    GTEST_SKIP() << "this user may not mount a small tmpfs: " << std::strerror(errno);
  }
  {
    const summary::FileWriter writer(logs_.string());
    auto scope = writer.as_default();
    int64_t step = 0;
    StatusCode code = StatusCode::kOk;
    while (code == StatusCode::kOk && step < 1000) {
      code = CodeOf([&] {
        summary::scalar("x", 1, step++);
        if (step % 20 == 0) summary::flush();
      });
    }
    EXPECT_EQ(code, StatusCode::kResourceExhausted);
    EXPECT_GT(Events().size(), 100u);
    EXPECT_EQ(CodeOf([&] { writer.close(); }), StatusCode::kResourceExhausted);
    EXPECT_EQ(CodeOf([&] { summary::FileWriter another(logs_.string()); }), StatusCode::kResourceExhausted);
    EXPECT_GT(Events().size(), 100u) << "the file that had no room for a first record is not there";
    EXPECT_EQ(float(constant(1.0f) + 1), 2) << "the session lives";
  }
  EXPECT_EQ(umount(logs_.c_str()), 0);
}

}  // namespace
}  // namespace eager
