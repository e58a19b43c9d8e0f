// A bundle takes another one's place at once or not at all, also when the writer is killed.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "common/bundle/checkpoint_state.h"
#include "common/bundle/reader.h"
#include "common/bundle/writer.h"
#include "tests/support/temp_folder.h"

namespace eager::bundle {
namespace {

using testing::TempFolder;

// Tensors that all hold the same number, so that a mixture shows.
absl::Status Write(const std::string& prefix, int64_t generation, WriterOptions options = {}) {
  auto writer = BundleWriter::Open(prefix, options);
  if (!writer.ok()) return writer.status();
  for (const char* key : {"a", "b", "c", "d"}) {
    HostTensor t(TensorSpec{DType::kInt64, Shape{1000}});
    for (int64_t& v : t.values<int64_t>()) v = generation;
    if (absl::Status status = (*writer)->Add(key, t); !status.ok()) return status;
  }
  return (*writer)->Finish();
}

// The number that all hold.
absl::StatusOr<int64_t> Generation(const std::string& prefix) {
  auto reader = BundleReader::Open(prefix);
  if (!reader.ok()) return reader.status();
  std::set<int64_t> numbers;
  for (const char* key : {"a", "b", "c", "d"}) {
    const auto t = (*reader)->Read(key);
    if (!t.ok()) return t.status();
    for (const int64_t v : t->values<int64_t>()) numbers.insert(v);
  }
  if (numbers.size() != 1) return absl::InternalError("a mixture");
  return *numbers.begin();
}

std::set<std::string> Files(const TempFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.insert(entry.path().filename().string());
  return names;
}

TEST(Replace, LeavesNothingOfTheOldOne) {
  const TempFolder folder;
  ASSERT_TRUE(Write(folder / "p", 1, {.max_shard_bytes = 1}).ok());
  EXPECT_EQ(Files(folder).size(), 5u);
  ASSERT_TRUE(Write(folder / "p", 2).ok());
  EXPECT_EQ(Files(folder), (std::set<std::string>{"p.data-00000-of-00001", "p.index"}));
  // Never a file of the bundle in place: the second of two is empty.
  ASSERT_TRUE(Write(folder / "p", 3).ok());
  EXPECT_EQ(Files(folder), (std::set<std::string>{"p.data-00000-of-00002", "p.data-00001-of-00002", "p.index"}));
  ASSERT_TRUE(Write(folder / "p", 4).ok());
  EXPECT_EQ(Files(folder), (std::set<std::string>{"p.data-00000-of-00001", "p.index"}));
  EXPECT_EQ(*Generation(folder / "p"), 4);
}

TEST(Replace, AnOpenReaderGoesOn) {
  const TempFolder folder;
  ASSERT_TRUE(Write(folder / "p", 1).ok());
  const auto reader = BundleReader::Open(folder / "p");
  ASSERT_TRUE(Write(folder / "p", 2).ok());
  EXPECT_EQ((*reader)->Read("a")->values<int64_t>()[0], 1);
  EXPECT_EQ(*Generation(folder / "p"), 2);
}

TEST(Replace, NothingWithoutFinish) {
  const TempFolder folder;
  ASSERT_TRUE(Write(folder / "p", 1).ok());
  {
    auto writer = BundleWriter::Open(folder / "p");
    ASSERT_TRUE((*writer)->Add("a", HostTensor::Scalar(1.0f)).ok());
    EXPECT_EQ(Files(folder).size(), 3u);
  }
  EXPECT_EQ(Files(folder).size(), 2u);
  EXPECT_EQ(*Generation(folder / "p"), 1);
}

// A child writes bundle after bundle, to one name and to numbered ones with their list, and is killed anywhere.
TEST(Replace, AWriterThatIsKilled) {
  const TempFolder folder;
  std::mt19937 random(11);
  int64_t last = 0;
  ASSERT_TRUE(Write(folder / "p", 0).ok());
  for (int round = 0; round < 25; ++round) {
    int told[2];  // the child tells each generation that is in place
    ASSERT_EQ(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
      for (int64_t g = last + 1;; ++g) {
        const std::string numbered = folder / ("n-" + std::to_string(g));
        if (!Write(folder / "p", g).ok() || !Write(numbered, g).ok() ||
            !WriteState(folder.path().string(), {.latest = numbered, .all = {numbered}}).ok()) {
          _exit(1);
        }
        if (write(told[1], &g, sizeof(g)) != sizeof(g)) _exit(1);
      }
    }
    close(told[1]);
    const int generations = static_cast<int>(random() % 3);
    int64_t confirmed = last;
    for (int i = 0; i < generations; ++i)
      ASSERT_EQ(read(told[0], &confirmed, sizeof(confirmed)), ssize_t{sizeof(confirmed)});
    usleep(static_cast<useconds_t>(random() % 4000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (int64_t more; read(told[0], &more, sizeof(more)) == ssize_t{sizeof(more)};) confirmed = more;
    close(told[0]);

    const auto p = Generation(folder / "p");
    ASSERT_TRUE(p.ok()) << p.status();
    EXPECT_GE(*p, confirmed);
    EXPECT_LE(*p, confirmed + 1);
    const auto latest = LatestCheckpoint(folder.path().string());
    ASSERT_TRUE(latest.ok()) << latest.status();
    if (confirmed > 0) {
      ASSERT_TRUE(latest->has_value());
      const auto n = Generation(**latest);
      ASSERT_TRUE(n.ok()) << n.status();
      EXPECT_GE(*n, confirmed);
    }
    last = confirmed;
  }
  // What the killed ones left behind goes with the next bundle of that name.
  ASSERT_TRUE(Write(folder / "p", last).ok());
  for (const std::string& name : Files(folder))
    EXPECT_FALSE(name.rfind("p.", 0) == 0 && name.find("tempstate") != std::string::npos) << name;
}

}  // namespace
}  // namespace eager::bundle
