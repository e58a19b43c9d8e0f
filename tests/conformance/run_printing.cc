// printing.jsonl: tensors and variables as text.

#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/op.h"
#include "client/variable.h"
#include "tests/conformance/run.h"

namespace eager::conformance {
namespace {

std::string Compare(const std::string& what, const std::string& got, const std::string& want) {
  return got == want ? "" : absl::StrCat(what, " is\n", got, "\n    but must be\n", want);
}

}  // namespace

Outcome RunPrinting(const golden::Json& c) {
  std::string str, repr;
  if (c.contains("variable")) {
    const golden::Json& variable = c.at("variable");
    const Tensor initial = constant(golden::ParseTensor(variable.at("tensor"), "variable").value());
    const Variable v(initial, {.name = variable.at("name")});
    std::ostringstream out;
    out << v;
    str = out.str();
    repr = v.repr();
  } else {
    // Through an op, so that the server is asked and not what the client remembers of its own values.
    const Tensor t = op("Identity", {constant(golden::ParseTensor(c.at("tensor"), "tensor").value())})[0];
    str = t.str();
    repr = t.repr();
  }
  std::string why = Compare("str", str, c.at("str"));
  if (why.empty()) why = Compare("repr", repr, c.at("repr"));
  return why.empty() ? Passed() : Failed(why);
}

}  // namespace eager::conformance
