// Many sessions: at once, and one after the other, however they end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <thread>

#include "absl/strings/str_cat.h"
#include "client/eager.h"
#include "tests/e2e/faults/watch.h"
#include "tests/support/child_process.h"
#include "tests/support/faulty_link.h"

namespace eager::testing {
namespace {

using std::chrono::seconds;

// One session, with a tensor of its own.
Context Open(const std::string& address, double reconnect_seconds = -1) {
  const Context context = Context::Connect(address, {.reconnect_seconds = reconnect_seconds});
  Context::SetDefault(context);
  EXPECT_EQ((constant(std::vector<float>(1000, 1.0f)) + 1.0f).read<float>()[0], 2.0f);
  return context;
}

TEST(Sessions, ManyAtOnce) {
  DaemonProcess daemon({"--session-grace=5"});
  const Watch watch(daemon.address());
  for (int i = 0; i < 10; ++i) Open(daemon.address()).Close();
  ASSERT_TRUE(watch.AwaitNothing(seconds(10)));
  const ProcessUsage before = daemon.Usage();
  const int64_t own_before = UsageOf(getpid()).resident_bytes;
  const size_t wanted = Scale(100, 1000);
  std::vector<Context> contexts;
  for (size_t i = 0; i < wanted; ++i) contexts.push_back(Open(daemon.address()));
  const ProcessUsage idle = daemon.Usage();
  const int64_t own = UsageOf(getpid()).resident_bytes;
  EXPECT_EQ(watch.Sessions().size(), wanted);
  for (const Context& context : contexts) {
    Context::SetDefault(context);
    ASSERT_EQ(int(constant(20) + 1), 21);
  }
  for (Context& context : contexts) context.Close();
  contexts.clear();
  Disconnect();
  EXPECT_TRUE(watch.AwaitNothing(seconds(20)));
  Await(seconds(20), [&] { return daemon.Usage().files <= before.files; });
  const ProcessUsage after = daemon.Usage();
  const auto each = [&](int64_t bytes) { return bytes / static_cast<int64_t>(wanted) >> 10; };
  Tell(absl::StrCat("at once: sessions=", wanted, " daemon KiB each=", each(idle.resident_bytes - before.resident_bytes),
                    " client KiB each=", each(own - own_before), " threads ", before.threads, " -> ", idle.threads, " -> ",
                    after.threads, " files ", before.files, " -> ", idle.files, " -> ", after.files));
  EXPECT_LT(each(idle.resident_bytes - before.resident_bytes), 512);
  EXPECT_LE(after.files, before.files);
}

// Half of them closed in good order, a quarter cut, a quarter killed.
void OpenAndDrop(const DaemonProcess& daemon, FaultyLink& link, int sessions) {
  constexpr int kAtOnce = 20;
  for (int n = 0; n < sessions; n += 4 * kAtOnce) {
    for (int i = 0; i < 2 * kAtOnce; ++i) Open(daemon.address()).Close();
    std::vector<Context> cut;
    for (int i = 0; i < kAtOnce; ++i) cut.push_back(Open(link.address(), /*reconnect_seconds=*/0));
    link.Cut(/*reset=*/n % (8 * kAtOnce) == 0);
    cut.clear();
    Disconnect();
    ChildProcess killed({EAGER_FAULT_CLIENT, daemon.address(), "hold", std::to_string(kAtOnce)});
    killed.Await("ready");
    killed.Kill();
  }
}

TEST(Sessions, LeaveNothing) {
  DaemonProcess daemon({"--session-grace=0.3"});
  FaultyLink link(daemon.address());
  const Watch watch(daemon.address());
  const auto settled = [&] {
    EXPECT_TRUE(watch.AwaitNothing(seconds(20)));
    std::this_thread::sleep_for(seconds(Scale(1, 4)));  // and the heap has been trimmed
    return daemon.Usage();
  };
  OpenAndDrop(daemon, link, Scale(80, 2000));  // what a daemon keeps for its next clients is there afterwards
  const ProcessUsage before = settled();
  const int sessions = Scale(160, 10'000);
  OpenAndDrop(daemon, link, sessions);
  const ProcessUsage after = settled();
  EXPECT_EQ(watch.BytesInUse(), 0);
  EXPECT_LE(after.files, before.files);
  Tell(absl::StrCat("opened and dropped: sessions=", sessions, " resident KiB ", before.resident_bytes >> 10, " -> ",
                    after.resident_bytes >> 10, " threads ", before.threads, " -> ", after.threads, " files ", before.files,
                    " -> ", after.files, " bytes of tensors 0"));
  if (Long()) {
    EXPECT_LT(after.resident_bytes, before.resident_bytes * 101 / 100);
  }
}

}  // namespace
}  // namespace eager::testing
