#include "tests/ops/dtype_facts.h"

#include <fstream>

#include "absl/strings/str_split.h"

namespace eager::testing {
namespace {

bool Served(const std::string& attr, DTypeSet all, DType dtype) {
  if (IsComplex(dtype)) return all.contains(DType::kBool);
  return attr != "Tseed" || dtype == DType::kInt32 || dtype == DType::kInt64;
}

DtypeFact ParseFact(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  DTypeSet all, served;
  for (size_t i = 2; i < words.size(); ++i) all.insert(ParseDType(words[i]).value());
  for (int d = 0; d < kNumDTypes; ++d) {
    const DType dtype = static_cast<DType>(d);
    if (all.contains(dtype) && Served(words[1], all, dtype)) served.insert(dtype);
  }
  return {words[0], words[1], served};
}

}  // namespace

const std::vector<DtypeFact>& DtypeFacts() {
  static const auto* facts = [] {
    auto* read = new std::vector<DtypeFact>;
    std::ifstream file(EAGERD_DTYPE_FACTS);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line[0] != '#') read->push_back(ParseFact(line));
    }
    return read;
  }();
  return *facts;
}

int KernelAttr(const OpSpec& op) {
  int i = 0;
  while (i < static_cast<int>(op.attrs.size()) && op.attrs[i].kind != AttrKind::kType) ++i;
  return i;
}

}  // namespace eager::testing
