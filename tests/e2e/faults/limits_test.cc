// A daemon that may have only so many files, or so much memory: those it serves are served on, others hear of it, and
// it recovers.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <list>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "tests/e2e/faults/training.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"

namespace eager::testing {
namespace {

using std::chrono::seconds;

class Limits : public ::testing::Test {
 protected:
  // Opens sessions until one is refused, at most `most` of them; the error.
  std::string Fill(const std::string& address, size_t most) {
    while (others_.size() < most) {
      try {
        Context other = Context::Connect(address, {.timeout_seconds = 2, .reconnect_seconds = 0});
        other.Sync();
        others_.push_back(other);
      } catch (const Error& e) {
        return e.what();
      }
    }
    return "";
  }
  // Whether a new session works, within a while.
  bool Recovers(const std::string& address) {
    return Await(seconds(20), [&] {
      try {
        Context context = Context::Connect(address, {.timeout_seconds = 2, .reconnect_seconds = 0});
        context.Sync();
        context.Close();
        return true;
      } catch (const Error&) {
        return false;
      }
    });
  }
  std::list<Context> others_;
};

TEST_F(Limits, Files) {
  DaemonProcess daemon({"--session-grace=5"}, Limited(RLIMIT_NOFILE, 64));
  Connect(daemon.address(), {.reconnect_seconds = 0});
  const std::string before = Train(50).ToString();
  const std::string refused = Fill(daemon.address(), 100);
  EXPECT_NE(refused, "") << "100 sessions with 64 files";
  Tell(absl::StrCat("64 files: ", others_.size(), " sessions, the next: ", refused));
  EXPECT_EQ(Train(50).ToString(), before);
  EXPECT_TRUE(daemon.Running());
  for (Context& other : others_) other.Close();
  others_.clear();
  EXPECT_EQ(Train(50).ToString(), before);
  EXPECT_TRUE(Recovers(daemon.address())) << daemon.Output();
  Disconnect();
}

TEST_F(Limits, Memory) {
  DaemonProcess daemon({"--session-grace=5"}, Limited(RLIMIT_AS, uint64_t{3} << 30));
  // gRPC may give up a connection for which it finds no memory; the session goes on by another one.
  Connect(daemon.address(), {.reconnect_seconds = 20});
  const std::string before = Train(50).ToString();
  {
    std::vector<Tensor> large;
    absl::Status status;
    try {
      for (int i = 0; i < 100; ++i) {
        large.push_back(ones({32, 1 << 20}));  // 128 MiB
        reduce_max(large.back()).read<float>();
      }
    } catch (const Error& e) {
      status = e.status();
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    Tell(absl::StrCat("3 GiB: ", large.size(), " tensors of 128 MiB, the next: ", std::string(status.message())));
    EXPECT_EQ(Train(50).ToString(), before);
    const std::string refused = Fill(daemon.address(), 20);
    Tell(absl::StrCat("3 GiB, full: ", others_.size(), " sessions more, the next: ", refused));
    EXPECT_EQ(Train(50).ToString(), before);
  }
  EXPECT_TRUE(daemon.Running()) << daemon.Output();
  for (Context& other : others_) other.Close();
  others_.clear();
  EXPECT_EQ(Train(50).ToString(), before);
  EXPECT_TRUE(Recovers(daemon.address())) << daemon.Output();
  Disconnect();
}

}  // namespace
}  // namespace eager::testing
