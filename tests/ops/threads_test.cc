// Results do not depend on the number of threads: every line of samples.txt and large.txt, and its gradients, gives the
// same bytes with 1, 2, 3 and 7. The number is set once in a process, so each has one of its own: this program again.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/device/cpu/compute.h"
#include "tests/ops/digests.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

// A line for each sample.
int PrintDigests(int threads) {
  server::SetComputeThreads(threads);
  const auto server = testing::InProcessServer::Make().value();
  for (const Sample& sample : AllSamples()) std::cout << sample.where() << " ->" << Digests(sample) << std::endl;
  return 0;
}

std::vector<std::string> LinesWith(int threads) {
  std::vector<std::string> lines;
  FILE* pipe = popen(absl::StrCat("/proc/", getpid(), "/exe --digests ", threads).c_str(), "r");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text.push_back(static_cast<char>(c));
  EXPECT_EQ(pclose(pipe), 0) << "with " << threads << " threads";
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Threads, DoNotChangeAByte) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "there is one thread under ThreadSanitizer";
#endif
  const std::vector<std::string> want = LinesWith(1);
  EXPECT_EQ(want.size(), AllSamples().size());
  for (int threads : {2, 3, 7}) {
    SCOPED_TRACE(absl::StrCat(threads, " threads"));
    const std::vector<std::string> got = LinesWith(threads);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(got[i], want[i]);
  }
}

}  // namespace
}  // namespace eager::ops_test

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--digests") return eager::ops_test::PrintDigests(std::atoi(argv[2]));
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
