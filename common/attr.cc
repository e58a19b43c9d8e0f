#include "common/attr.h"

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace eager {
namespace {

struct Printer {
  std::string operator()(std::monostate) const { return "unset"; }
  std::string operator()(int64_t v) const { return absl::StrCat(v); }
  std::string operator()(float v) const { return absl::StrCat(v); }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(DType v) const { return std::string(Name(v)); }
  std::string operator()(const std::string& v) const { return absl::StrCat("\"", v, "\""); }
  std::string operator()(const Shape& v) const { return v.ToString(); }
  std::string operator()(const std::vector<int64_t>& v) const { return absl::StrCat("[", absl::StrJoin(v, ","), "]"); }
  std::string operator()(const std::vector<float>& v) const { return absl::StrCat("[", absl::StrJoin(v, ","), "]"); }
  std::string operator()(const std::vector<DType>& v) const {
    return absl::StrCat("[", absl::StrJoin(v, ",", [](std::string* s, DType d) { absl::StrAppend(s, Name(d)); }), "]");
  }
};

struct Hasher {
  template <class T>
  size_t operator()(const T& v) const {
    return absl::HashOf(v);
  }
  size_t operator()(std::monostate) const { return 0; }
};

}  // namespace

std::string ToString(const AttrValue& value) { return std::visit(Printer{}, value); }

size_t HashAttr(const AttrValue& value) { return absl::HashOf(value.index(), std::visit(Hasher{}, value)); }

}  // namespace eager
