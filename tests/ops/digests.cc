#include "tests/ops/digests.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/gradient_tape.h"

namespace eager::ops_test {

std::string Digests(const Sample& sample, const std::function<void()>& before) {
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
  before();
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
  before();
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

}  // namespace eager::ops_test
