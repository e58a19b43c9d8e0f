// Results do not depend on the number of threads: every line of samples.txt and large.txt, and its gradients, gives the
// same bytes with 1, 2, 3 and 7. The number is set once in a process, so each has one of its own: this program again.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/gradient_tape.h"
#include "gtest/gtest.h"
#include "server/device/cpu/compute.h"
#include "tests/ops/sample.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

// Digests of what one line gives: of the outputs, the variables after it, and the gradients.
std::string Digests(const Sample& sample) {
  std::string digests;
  const auto add = [&](const char* what, const HostTensor& values) {
    uint64_t hash = 0xcbf29ce484222325;
    for (char c : values.bytes()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    absl::StrAppend(&digests, " ", what, "=", absl::Hex(hash));
  };
  const Call call(sample);
  GradientTape tape;
  std::vector<Source> sources, targets;
  for (size_t i = 0; i < sample.inputs.size(); ++i) {
    if (IsFloating(sample.inputs[i].value.dtype())) tape.watch(sources.emplace_back(call.inputs()[i]));
  }
  const std::vector<Tensor> outputs = call();
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].dtype() == DType::kResource) continue;
    add("output", outputs[i].numpy());
    const bool wanted = sample.outputs.empty() || std::count(sample.outputs.begin(), sample.outputs.end(), i) > 0;
    if (wanted && IsFloating(outputs[i].dtype())) targets.emplace_back(outputs[i]);
  }
  if (!sample.no_gradient.empty()) {
    if (sample.op->name == "DestroyResourceOp") return digests;  // there is nothing left to read
    for (const HostTensor& value : call.variables()) add("variable", value);
    return digests;
  }
  // An upstream that is not the same everywhere: the outputs themselves.
  GradientOptions options;
  for (const Source& target : targets) options.output_gradients.push_back(target.tensor());
  for (const std::optional<Tensor>& gradient : tape.gradient(targets, sources, options)) {
    if (gradient.has_value()) add("gradient", gradient->numpy());
  }
  return digests;
}

std::vector<Sample> AllSamples() {
  std::vector<Sample> samples = ReadSamples("samples.txt").value(), large = ReadSamples("large.txt").value();
  samples.insert(samples.end(), large.begin(), large.end());
  return samples;
}

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
