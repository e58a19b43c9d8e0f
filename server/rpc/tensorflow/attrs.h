// Attributes as TensorFlow's clients and functions have them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/attr.h"
#include "common/ops/op_spec.h"
#include "tensorflow/tensor.pb.h"

namespace eager::server::tf {

using AttrMap = google::protobuf::Map<std::string, ::tensorflow::AttrValue>;

// What the op's row has attributes for. Names that begin with '_', and those that say how to compute but not what, are left out.
// UNIMPLEMENTED for others that the row does not have; INVALID_ARGUMENT for values of a kind that no row has.
absl::StatusOr<NamedAttrs> AttrsForRow(const OpSpec& op, const AttrMap& attrs);

// The same whatever order the map is in: for keys.
std::string Fingerprint(const AttrMap& attrs);

// What an op of this door reads of its attributes; INVALID_ARGUMENT, which names the attribute, for one that is missing and has no default,
// or is of another kind.
class AttrReader {
 public:
  AttrReader(absl::string_view op, const AttrMap& attrs) : op_(op), attrs_(attrs) {}

  absl::StatusOr<std::string> String(const std::string& name) const;
  std::string String(const std::string& name, absl::string_view by_default) const;
  absl::StatusOr<int64_t> Int(const std::string& name) const;
  int64_t Int(const std::string& name, int64_t by_default) const;
  bool Bool(const std::string& name, bool by_default) const;
  absl::StatusOr<DType> Type(const std::string& name) const;
  absl::StatusOr<std::vector<DType>> Types(const std::string& name) const;
  absl::StatusOr<const ::tensorflow::NameAttrList*> Func(const std::string& name) const;
  absl::StatusOr<std::vector<const ::tensorflow::NameAttrList*>> Funcs(const std::string& name) const;
  // The attribute; null: it is left out.
  const ::tensorflow::AttrValue* Find(const std::string& name) const;

 private:
  absl::StatusOr<const ::tensorflow::AttrValue*> Get(const std::string& name, ::tensorflow::AttrValue::ValueCase kind) const;

  const absl::string_view op_;
  const AttrMap& attrs_;
};

}  // namespace eager::server::tf
