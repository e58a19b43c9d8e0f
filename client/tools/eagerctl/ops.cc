// eagerctl ops: which ops a daemon has, and all that there is to say of one.

#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Op = v1::OpDescription;

struct Options {
  std::string name;
  std::string contains;
  bool json = false;
};

std::string ArgLine(const Op::Arg& arg) {
  return absl::StrCat(arg.name(), ": ", arg.type(), arg.host() ? "  (read on the host)" : "");
}

// "transpose_a: bool = false", "T: type {float32, float64}  (from the inputs)"
std::string AttrLine(const Op::Attr& attr) {
  std::string line = absl::StrCat(attr.name(), ": ", attr.kind());
  if (!attr.allowed().empty()) {
    const bool comparison = attr.allowed()[0] == '>' || attr.allowed()[0] == '{';
    absl::StrAppend(&line, " ", comparison ? attr.allowed() : absl::StrCat("{", attr.allowed(), "}"));
  }
  const bool has_default = !attr.default_value().empty();
  if (has_default) absl::StrAppend(&line, " = ", attr.default_value());
  return absl::StrCat(line, attr.inferred() ? "  (from the inputs)" : has_default ? "" : "  (required)");
}

template <class List, class Line>
void PrintLines(absl::string_view title, const List& list, Line line) {
  std::cout << title << (list.empty() ? ": none\n" : ":\n");
  for (const auto& item : list) std::cout << "  " << line(item) << "\n";
}

void PrintOne(const Op& op) {
  std::cout << op.name() << ": " << op.doc() << "\n";
  PrintLines("inputs", op.inputs(), ArgLine);
  PrintLines("outputs", op.outputs(), ArgLine);
  PrintLines("attributes", op.attrs(), AttrLine);
  if (!op.dtypes().empty()) std::cout << "dtypes with a kernel: " << absl::StrJoin(op.dtypes(), ", ") << "\n";
  if (!op.gpu_dtypes().empty()) std::cout << "of those on GPUs: " << absl::StrJoin(op.gpu_dtypes(), ", ") << " (the rest run on the host)\n";
  std::cout << "differentiable: " << (op.differentiable() ? "yes" : "no") << "\n";
}

void PrintTable(const v1::ListOpsResponse& list) {
  size_t width = 2;
  for (const Op& op : list.descriptions()) width = std::max(width, op.name().size());
  std::cout << absl::StrFormat("%-*s  %-8s  %s\n", static_cast<int>(width), "op", "gradient", "what it gives");
  for (const Op& op : list.descriptions()) {
    std::cout << absl::StrFormat("%-*s  %-8s  %s\n", static_cast<int>(width), op.name(), op.differentiable() ? "yes" : "no", op.doc());
  }
  std::cout << list.descriptions_size() << (list.descriptions_size() == 1 ? " op\n" : " ops\n");
}

absl::Status ShowOps(const Options& options, Remote& remote) {
  using Stub = v1::TensorService::Stub;
  if (!options.name.empty()) {
    v1::DescribeOpRequest request;
    request.set_op(options.name);
    ASSIGN_OR_RETURN(const Op op, remote.Call(&Stub::DescribeOp, request));
    if (options.json) return PrintJson(op);
    PrintOne(op);
    return absl::OkStatus();
  }
  v1::ListOpsRequest request;
  request.set_contains(options.contains);
  request.set_describe(true);
  ASSIGN_OR_RETURN(const v1::ListOpsResponse list, remote.Call(&Stub::ListOps, request));
  if (options.json) return PrintJson(list);
  if (list.descriptions().empty()) return absl::NotFoundError(absl::StrCat("no op has '", options.contains, "' in its name"));
  PrintTable(list);
  return absl::OkStatus();
}

}  // namespace

void AddOps(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* ops = app.add_subcommand("ops", "List the ops, or describe one: inputs, dtypes, attributes, gradient");
  CLI::Option* name = ops->add_option("NAME", options->name, "The op to describe, as tf.raw_ops names it");
  ops->add_option("--contains", options->contains, "List only ops with this in their name, whatever the case")->excludes(name);
  ops->add_flag("--json", options->json, "The daemon's answer as JSON");
  ops->callback([options, &run] { run = [options](Remote& remote) { return ShowOps(*options, remote); }; });
}

}  // namespace eager::ctl
