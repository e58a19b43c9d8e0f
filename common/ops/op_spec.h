// An op's row after its texts were parsed and checked, and attributes in the row's order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/attr.h"
#include "common/ops/op_def.h"

namespace eager {

struct ArgSpec {
  absl::string_view name;
  DType dtype = DType::kInvalid;  // fixed, if type_attr < 0
  int type_attr = -1;             // position of the attribute that gives the dtype
  int number_attr = -1;           // position of the attribute that gives the length of a list, or -1
  int types_attr = -1;            // position of the list(type) that gives a list's length and dtypes, or -1
  bool host = false;

  bool is_list() const { return number_attr >= 0 || types_attr >= 0; }
};

enum class AttrKind : uint8_t { kType, kInt, kFloat, kBool, kString, kShape, kIntList, kFloatList, kTypeList };
absl::string_view Name(AttrKind kind);  // "type", "int", "list(int)"

struct AttrSpec {
  absl::string_view name;
  AttrKind kind = AttrKind::kInt;
  DTypeSet dtypes = DTypeSet::All();        // kType: what is allowed
  std::vector<absl::string_view> choices;   // kString: what is allowed, if not empty
  std::optional<int64_t> minimum;           // kInt, and the length of lists
  AttrValue default_value;                  // monostate: none
  bool inferred = false;                    // follows from the inputs
};

// Immutable and alive as long as its table: pointers to it may be kept and compared.
struct OpSpec {
  // INTERNAL if the row's texts do not parse or contradict each other.
  static absl::StatusOr<OpSpec> Parse(const OpDef& def);

  const OpDef* def = nullptr;
  absl::string_view name;
  int index = -1;  // position in the table
  std::vector<ArgSpec> inputs;
  std::vector<ArgSpec> outputs;
  std::vector<AttrSpec> attrs;
  bool has_list_input = false;  // at most one input is a list
  bool differentiable = false;
  uint32_t host_inputs = 0;  // bit i: inputs[i].host; with a list input, positions count arguments, not tensors

  int AttrIndex(absl::string_view attr) const;  // -1: there is none
  // Which argument tensor `i` of `n` flat input tensors belongs to.
  int InputArg(int i, int n) const;
  bool IsHostInput(int i, int n) const { return host_inputs != 0 && inputs[InputArg(i, n)].host; }
};

// Values for an op's attributes, in the order of OpSpec::attrs.
class Attrs {
 public:
  Attrs() = default;
  // Defaults filled in, kinds, choices and minimums checked; attributes that inputs infer may be left unset.
  // INVALID_ARGUMENT for an unknown name, a wrong kind, a value that is not allowed or a missing value.
  static absl::StatusOr<Attrs> Make(const OpSpec& op, const NamedAttrs& named);

  const AttrValue& operator[](int i) const { return values_[i]; }
  void Set(int i, AttrValue value) { values_[i] = std::move(value); }
  int size() const { return static_cast<int>(values_.size()); }
  const OpSpec* op() const { return op_; }

  // The value of an attribute that the row declares with this type: a wrong name is a bug of ours, not of a user.
  template <class T>
  const T& Get(absl::string_view name) const {
    return std::get<T>(values_[op_->AttrIndex(name)]);
  }

  size_t Hash() const;
  // Floats are the same if their bits are: NaN equals itself, as keys of tables must, and 0 is not -0.
  friend bool operator==(const Attrs& a, const Attrs& b);

 private:
  const OpSpec* op_ = nullptr;
  std::vector<AttrValue> values_;
};

}  // namespace eager
