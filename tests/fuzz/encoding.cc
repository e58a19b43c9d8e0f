#include "tests/fuzz/encoding.h"

#include <map>

namespace eager::fuzz {

uint16_t CodeOf(absl::string_view op) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (char c : op) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return static_cast<uint16_t>(hash ^ hash >> 16);
}

const OpSpec& OpOf(uint16_t code) {
  static const auto* ops = [] {
    auto* by_code = new std::multimap<uint16_t, const OpSpec*>;
    for (int i = 0; i < OpTable::Builtin().size(); ++i) {
      const OpSpec& op = OpTable::Builtin().at(i);
      by_code->emplace(CodeOf(op.name), &op);
    }
    return by_code;
  }();
  const auto it = ops->lower_bound(code);
  return it == ops->end() ? *ops->begin()->second : *it->second;
}

}  // namespace eager::fuzz
