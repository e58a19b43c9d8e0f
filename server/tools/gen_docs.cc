// Writes docs/ops.md from the op table and the CPU's kernels, and docs/metrics.md from the table of metrics: eager-gen-docs DIR, or
// --check DIR to see whether the files there are as they should be.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/ops/op_table.h"
#include "server/kernels/kernel.h"
#include "server/metrics/metric_table.h"

namespace eager::server {
namespace {

constexpr char kHead[] = R"(<!-- Generated from the op table by eager-gen-docs. Do not edit: change the op's row and run it again. -->
# The ops

Names, inputs and attributes are those of TensorFlow's raw ops (`tf.raw_ops`). C++ calls them as `raw_ops::NAME(inputs, {.attribute = …})`
(`client/ops.h`), as `op("NAME", inputs, attributes)`, and most of them under their Python names (`client/math.h`, `client/nn.h`, …);
`eagerctl ops NAME` says more of one.

- **inputs**: `N * x` is a list; *x* in italics is read on the host.
- **dtypes**: of the first type attribute, those that have a kernel on the CPU. *floats*: float16, bfloat16, float32, float64; *ints*: int8
  to int64 and uint8 to uint64; *complex*: complex64, complex128; *all*: these, bool and string. A dash: the op has no dtype to choose, or needs no kernel.
- **attributes**: with their defaults; without one they are required. Those that follow from the inputs are left out.
- **gradient**: whether it is differentiable (by ordinary ops, so to any order).
)";

// The families that have a heading, in the order of the document. Rows of others come last, under one heading.
struct Family {
  const char* title;
  absl::Span<const OpDef> (*rows)();
};
constexpr Family kFamilies[] = {
    {"Of single elements", &ElementwiseUnaryOps},
    {"Of single elements: trigonometric and error functions", &TranscendentalOps},
    {"Of single elements: activations", &ActivationOps},
    {"Of pairs of elements", &ElementwiseBinaryOps},
    {"Bits", &BitwiseOps},
    {"Comparisons and choices", &ComparisonOps},
    {"Reductions and scans", &ReduceOps},
    {"Shapes", &ShapeOps},
    {"Rearrangement", &RearrangeOps},
    {"Joining and splitting", &JoinOps},
    {"Slices", &SliceOps},
    {"Padding", &PadOps},
    {"Gather and scatter", &GatherOps},
    {"Making tensors", &MakeOps},
    {"Matrix products", &MatMulOps},
    {"Convolution", &ConvOps},
    {"Pooling", &PoolOps},
    {"Softmax and cross entropy", &SoftmaxOps},
    {"Biases and losses", &NnOps},
    {"Normalization", &NormOps},
    {"Ranking", &TopKOps},
    {"Einsum", &EinsumOps},
    {"Linear algebra", &LinalgOps},
    {"Diagonals", &DiagOps},
    {"Special functions", &SpecialOps},
    {"Images", &ImageOps},
    {"Local response normalization", &LrnOps},
    {"Blocks of space", &SpaceOps},
    {"Where", &WhereOps},
    {"Random numbers", &RandomOps},
    {"Random numbers of a seed", &StatelessRandomOps},
    {"Variables", &VariableOps},
    {"Training steps", &TrainingOps},
};

constexpr DType kFloats[] = {DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64};
constexpr DType kInts[] = {DType::kInt8,  DType::kInt16,  DType::kInt32,  DType::kInt64,
                           DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64};
constexpr DType kComplex[] = {DType::kComplex64, DType::kComplex128};
constexpr DType kOthers[] = {DType::kBool, DType::kString};

// "floats int32 bool": whole groups by their name.
std::string DTypes(const OpSpec& op) {
  const auto attr = std::find_if(op.attrs.begin(), op.attrs.end(), [](const AttrSpec& a) { return a.kind == AttrKind::kType; });
  if (attr == op.attrs.end()) return "–";
  const DTypeSet kernels = CpuKernels().dtypes(op);
  std::vector<std::string> words;
  const auto add = [&](absl::string_view word, absl::Span<const DType> group) {
    const auto has = [&](DType d) { return kernels.contains(d) && attr->dtypes.contains(d); };
    if (!word.empty() && std::all_of(group.begin(), group.end(), has)) {
      words.emplace_back(word);
      return;
    }
    for (const DType d : group) {
      if (has(d)) words.emplace_back(Name(d));
    }
  };
  add("floats", kFloats);
  add("ints", kInts);
  add("complex", kComplex);
  add("", kOthers);
  const std::string text = absl::StrJoin(words, " ");
  return text.empty() ? "–" : text == "floats ints complex bool string" ? "all" : text;
}

std::string Inputs(const OpSpec& op) {
  return absl::StrJoin(op.inputs, ", ", [&](std::string* out, const ArgSpec& arg) {
    if (arg.number_attr >= 0) absl::StrAppend(out, op.attrs[static_cast<size_t>(arg.number_attr)].name, " * ");
    absl::StrAppend(out, arg.host ? "*" : "", arg.name, arg.host ? "*" : "", arg.types_attr >= 0 ? " ..." : "");
  });
}

std::string Attributes(const OpSpec& op) {
  std::vector<std::string> list;
  for (const AttrSpec& attr : op.attrs) {
    if (attr.inferred) continue;
    std::string text(attr.name);
    if (attr.default_value.index() != 0) {
      absl::StrAppend(&text, " = ", ToString(attr.default_value));
    } else if (!attr.choices.empty()) {
      absl::StrAppend(&text, ": \"", absl::StrJoin(attr.choices, "\" or \""), "\"");
    } else {
      absl::StrAppend(&text, ": ", Name(attr.kind));
    }
    list.push_back(absl::StrCat("`", text, "`"));
  }
  return absl::StrJoin(list, ", ");
}

// In a table a bar ends the cell, and a star or an underline could start a style.
std::string Doc(const OpSpec& op) {
  return absl::StrReplaceAll(op.def->doc, {{"|", "\\|"}, {"*", "\\*"}, {"_", "\\_"}, {"<", "&lt;"}});
}

std::string Row(const OpSpec& op) {
  return absl::StrCat("| ", op.name, " | ", Inputs(op), " | ", DTypes(op), " | ", Attributes(op), " | ",
                      op.differentiable ? "yes" : "no", " | ", Doc(op), " |\n");
}

std::string Section(absl::string_view title, const std::vector<const OpSpec*>& ops) {
  if (ops.empty()) return "";
  std::string text = absl::StrCat("\n## ", title, "\n\n| op | inputs | dtypes | attributes | gradient | what it gives |\n",
                                  "|---|---|---|---|---|---|\n");
  for (const OpSpec* op : ops) absl::StrAppend(&text, Row(*op));
  return text;
}

std::string Document() {
  const OpTable& table = OpTable::Builtin();
  std::string text = kHead;
  std::set<absl::string_view> shown;
  for (const Family& family : kFamilies) {
    std::vector<const OpSpec*> ops;
    for (const OpDef& row : family.rows()) {
      ops.push_back(table.Find(row.name));
      shown.insert(row.name);
    }
    absl::StrAppend(&text, Section(family.title, ops));
  }
  std::vector<const OpSpec*> others;
  for (int i = 0; i < table.size(); ++i) {
    if (shown.count(table.at(i).name) == 0) others.push_back(&table.at(i));
  }
  return absl::StrCat(text, Section("More", others));
}

constexpr char kMetricsHead[] = R"(<!-- Generated from the table of metrics by eager-gen-docs. Do not edit: change server/metrics/metric_table.cc and run it again. -->
# The metrics

What `/metrics` has, on the port of `--http` (127.0.0.1:9470). Labels are bounded: ops by their names in the table ([ops.md](ops.md)), devices, tenants (the first
hundred by name, the rest as `other`), codes, methods; never a session or a client. Histograms of seconds have the bounds 1e-6 * 4^k from a microsecond to 67 s.

| metric | type | labels | what it is | where |
|---|---|---|---|---|
)";

std::string MetricsDocument() {
  std::string text = kMetricsHead;
  for (const MetricRow& row : MetricRows()) {
    const char* kind = row.kind == MetricKind::kCounter ? "counter" : row.kind == MetricKind::kGauge ? "gauge" : "histogram";
    const char* scope = row.scope == MetricScope::kGpu     ? "GPUs"
                        : row.scope == MetricScope::kState ? "with `--state`"
                        : row.scope == MetricScope::kEvent ? "from its first event on"
                                                           : "";
    absl::StrAppend(&text, "| `", row.name, "` | ", kind, " | ", absl::StrReplaceAll(row.labels, {{",", ", "}}), " | ", row.help, " | ",
                    scope, " |\n");
  }
  return text;
}

// Writes the document, or, to `check`, says whether it is there as it should be.
bool Put(const std::string& folder, const std::string& name, const std::string& text, bool check) {
  const std::string path = absl::StrCat(folder, "/", name);
  if (!check) return static_cast<bool>(std::ofstream(path) << text);
  std::stringstream there;
  there << std::ifstream(path).rdbuf();
  if (there.str() == text) return true;
  std::cerr << path << " is not what the tables give: run eager-gen-docs " << folder << "\n";
  return false;
}

int Main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (!check && argc != 2) {
    std::cerr << "usage: eager-gen-docs [--check] DIR\n";
    return 2;
  }
  const bool ops = Put(argv[argc - 1], "ops.md", Document(), check);
  const bool metrics = Put(argv[argc - 1], "metrics.md", MetricsDocument(), check);
  return ops && metrics ? 0 : 1;
}

}  // namespace
}  // namespace eager::server

int main(int argc, char** argv) { return eager::server::Main(argc, argv); }
