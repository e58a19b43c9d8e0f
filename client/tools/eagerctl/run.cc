// eagerctl run: one op, with its inputs from the command line or from files.

#include <iostream>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/data/npy.h"
#include "client/op.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/session.h"
#include "client/tools/eagerctl/subcommands.h"
#include "client/tools/eagerctl/values.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

struct Options {
  std::string op, device, out;
  std::vector<std::string> attrs, inputs;
  bool json = false;
};

absl::Status PrintOutputs(const std::vector<HostTensor>& outputs, const std::vector<Tensor>& tensors, bool json) {
  if (!json) {
    for (const Tensor& t : tensors) std::cout << t << "\n";
    return absl::OkStatus();
  }
  nlohmann::json list = nlohmann::json::array();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto dims = outputs[i].shape().dims();
    list.push_back({{"dtype", std::string(Name(outputs[i].dtype()))},
                    {"shape", std::vector<int64_t>(dims.begin(), dims.end())},
                    {"device", tensors[i].device()},
                    {"values", ToJson(outputs[i])}});
  }
  return PrintJson({{"outputs", list}});
}

absl::Status RunOp(const Options& options, const Remote& remote) {
  ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(options.op));
  if (op->outputs.empty()) return absl::InvalidArgumentError(absl::StrCat(options.op, " has no outputs: nothing would be seen of it"));
  NamedAttrs attrs;
  for (const std::string& attr : options.attrs) {
    ASSIGN_OR_RETURN(NamedAttr named, ParseAttr(*op, attr));
    attrs.push_back(std::move(named));
  }
  std::vector<HostTensor> inputs;
  for (const std::string& input : options.inputs) {
    ASSIGN_OR_RETURN(HostTensor value, ParseValue(input));
    inputs.push_back(std::move(value));
  }
  Context context = OpenSession(remote);
  std::optional<device> scope;
  if (!options.device.empty()) scope.emplace(options.device);
  const std::vector<Operand> operands(inputs.begin(), inputs.end());
  const std::vector<Tensor> results = eager::op(options.op, operands, attrs);
  std::vector<HostTensor> outputs;
  for (const Tensor& result : results) outputs.push_back(result.numpy());
  if (!options.out.empty()) {
    if (outputs.size() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("--out writes one array, and ", options.op, " gives ", outputs.size()));
    }
    np::save(options.out, NDArray(outputs[0]));
    return absl::OkStatus();
  }
  const absl::Status printed = PrintOutputs(outputs, results, options.json);
  context.Close();
  return printed;
}

}  // namespace

void AddRun(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("run", "Run an op on values from the command line, and print what it gives as TensorFlow does");
  sub->add_option("OP", options->op, "As tf.raw_ops names it: MatMul")->required();
  sub->add_option("INPUT", options->inputs,
                  "FILE.npy, a value as JSON (1.5, [1, 2], \"text\"), or DTYPE:VALUES (int64:[1, 2], string:text); "
                  "negative numbers behind --");
  sub->add_option("--attr", options->attrs, "An attribute: transpose_a=true, strides=[1,2,2,1], DstT=float64")
      ->type_name("NAME=VALUE")->allow_extra_args(false);
  sub->add_option("--device", options->device, "Where it runs: cpu:0, gpu:0; without it on the default device")->type_name("DEVICE");
  sub->add_option("--out", options->out, "Write the one result to this file instead")->type_name("FILE.npy");
  sub->add_flag("--json", options->json, "The results as JSON");
  sub->callback([options, &run] {
    run = [options](Remote& remote) { return WithoutThrowing([&] { return RunOp(*options, remote); }); };
  });
}

}  // namespace eager::ctl
