#include "tests/support/golden_events.h"

#include <stdexcept>

#include "client/constant.h"
#include "client/summary/summary.h"

namespace eager::testing {
namespace {

Tensor Value(const golden::Json& call, const char* key) { return constant(golden::ParseTensor(call.at(key), key).value()); }

void Write(const golden::Json& call, const std::string& name) {
  const std::string kind = call.at("kind");
  const int64_t step = call.at("step");
  const std::string description = call.value("description", "");
  if (kind == "scalar") {
    summary::scalar(name, Value(call, "value"), step, {.description = description});
  } else if (kind == "histogram") {
    summary::histogram(name, Value(call, "data"), step, {.buckets = call.at("buckets"), .description = description});
  } else if (kind == "image") {
    summary::image(name, Value(call, "pixels"), step, {.max_outputs = call.at("max_outputs"), .description = description});
  } else if (kind == "text") {
    summary::text(name, Value(call, "text"), step, {.description = description});
  } else {
    throw std::invalid_argument("no such summary: " + kind);
  }
}

}  // namespace

void WriteGoldenEvents(const golden::Json& written) {
  for (const golden::Json& call : written) {
    const std::string tag = call.at("tag");
    const size_t slash = tag.rfind('/');
    if (slash == std::string::npos) {
      Write(call, tag);
    } else {
      summary::name_scope scope(tag.substr(0, slash));
      Write(call, tag.substr(slash + 1));
    }
  }
}

}  // namespace eager::testing
