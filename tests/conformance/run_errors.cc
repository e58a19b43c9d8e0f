// errors.jsonl: calls that must fail.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/context.h"
#include "client/op.h"
#include "common/ops/op_table.h"
#include "tests/conformance/attrs.h"
#include "tests/conformance/check.h"
#include "tests/conformance/run.h"

namespace eager::conformance {

Outcome RunError(const golden::Json& c) {
  const std::string name = c.at("op");
  const std::string want = c.at("error").at("code");
  const OpSpec* spec = OpTable::Builtin().Find(name);
  if (spec == nullptr && want != "NOT_FOUND") return Skipped("the op table has no such op");
  const NamedAttrs attrs = AttrsFromJson(c.at("attrs"), spec);
  const std::vector<Tensor> inputs = Upload(golden::ParseTensors(c.at("inputs"), "inputs").value());
  try {
    for (const Tensor& output : op(name, Operands(inputs), attrs)) output.numpy();
    Context::Default().Sync();  // for an op without outputs
  } catch (const Error& e) {
    const std::string got = absl::StatusCodeToString(e.code());
    const std::string says = c.value("says", "");
    if (got == want && absl::StrContains(e.what(), says)) return Passed();
    return Failed(absl::StrCat("want ", want, " ", says, ", got ", e.what()));
  }
  return Failed(absl::StrCat("want ", want, " (", c.at("error").value("core", ""), "), but it succeeded"));
}

}  // namespace eager::conformance
