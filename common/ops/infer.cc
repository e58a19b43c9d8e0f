#include "common/ops/infer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"

namespace eager {
namespace {

std::string ArgText(const OpSpec& op, int i, int n) {
  return absl::StrCat("input ", i, " (", op.inputs[op.InputArg(i, n)].name, ")");
}

absl::Status ArityError(const OpSpec& op, int n) {
  return absl::InvalidArgumentError(absl::StrCat(
      op.name, ": expected ", op.has_list_input ? "at least " : "", op.inputs.size(), " inputs (",
      absl::StrJoin(op.inputs, ", ", [](std::string* s, const ArgSpec& a) { absl::StrAppend(s, a.name); }), "), got ", n));
}

// Sets a type attribute to an input's dtype, or checks it if an earlier input or the caller has set it.
absl::Status BindType(const OpSpec& op, const ArgSpec& arg, int i, int n, DType dtype, Attrs& attrs,
                      absl::Span<int> set_by) {
  const auto error = [&](auto&&... parts) {
    return absl::InvalidArgumentError(absl::StrCat(op.name, ": ", ArgText(op, i, n), " must be ", parts..., ", got ", Name(dtype)));
  };
  if (arg.types_attr >= 0) return absl::OkStatus();  // InferList has seen to it
  if (arg.type_attr < 0) {
    return dtype == arg.dtype ? absl::OkStatus() : error(Name(arg.dtype));
  }
  const AttrSpec& spec = op.attrs[arg.type_attr];
  if (attrs[arg.type_attr].index() == 0) {
    if (!spec.dtypes.contains(dtype)) return error("one of {", spec.dtypes.ToString(), "}");
    attrs.Set(arg.type_attr, dtype);
    set_by[arg.type_attr] = i;
    return absl::OkStatus();
  }
  const DType bound = std::get<DType>(attrs[arg.type_attr]);
  if (bound == dtype) return absl::OkStatus();
  if (set_by[arg.type_attr] < 0) return error(Name(bound), " by attribute '", spec.name, "'");
  return error(Name(bound), " as ", ArgText(op, set_by[arg.type_attr], n), " is");
}

// Sets the attribute that tells the list's length, and perhaps its dtypes, or checks it if the caller has set it.
absl::Status InferList(const OpSpec& op, absl::Span<const InferInput> inputs, Attrs& attrs) {
  const int n = static_cast<int>(inputs.size());
  for (size_t a = 0; a < op.inputs.size(); ++a) {
    const ArgSpec& arg = op.inputs[a];
    if (!arg.is_list()) continue;
    const int64_t length = n - static_cast<int64_t>(op.inputs.size()) + 1;
    const int attr = arg.number_attr >= 0 ? arg.number_attr : arg.types_attr;
    const AttrSpec& spec = op.attrs[attr];
    const auto* types = std::get_if<std::vector<DType>>(&attrs[attr]);
    const int64_t* number = std::get_if<int64_t>(&attrs[attr]);
    const int64_t given = types != nullptr ? static_cast<int64_t>(types->size()) : number != nullptr ? *number : length;
    if (given != length) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", spec.name, "' is ",
                                                     ToString(attrs[attr]), ", but the list '", arg.name, "' has ",
                                                     length, " tensors"));
    }
    if (length < spec.minimum.value_or(0)) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": the list '", arg.name, "' must have at least ",
                                                     *spec.minimum, " tensors, got ", length));
    }
    if (arg.number_attr >= 0) {
      attrs.Set(attr, length);
      continue;
    }
    std::vector<DType> dtypes;
    for (size_t i = a; i < a + static_cast<size_t>(length); ++i) {  // what stands before the list is one tensor each
      dtypes.push_back(inputs[i].dtype);
      if (types == nullptr || (*types)[i - a] == dtypes.back()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(op.name, ": ", ArgText(op, static_cast<int>(i), n), " must be ", Name((*types)[i - a]),
                       " by attribute '", spec.name, "', got ", Name(dtypes.back())));
    }
    attrs.Set(attr, std::move(dtypes));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InferTypes(const OpSpec& op, absl::Span<const InferInput> inputs, Attrs& attrs,
                        absl::InlinedVector<DType, 2>& output_dtypes) {
  const int n = static_cast<int>(inputs.size());
  const int fixed = static_cast<int>(op.inputs.size());
  if (op.has_list_input ? n < fixed - 1 : n != fixed) return ArityError(op, n);
  if (op.has_list_input) RETURN_IF_ERROR(InferList(op, inputs, attrs));
  absl::InlinedVector<int, 4> set_by(op.attrs.size(), -1);
  for (int i = 0; i < n; ++i) {
    RETURN_IF_ERROR(BindType(op, op.inputs[op.InputArg(i, n)], i, n, inputs[i].dtype, attrs, absl::MakeSpan(set_by)));
  }
  for (int a = 0; a < attrs.size(); ++a) {  // an empty list binds no type
    if (attrs[a].index() != 0) continue;
    if (op.attrs[a].default_value.index() == 0) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", op.attrs[a].name, "' is missing"));
    }
    attrs.Set(a, op.attrs[a].default_value);
  }
  output_dtypes.clear();
  for (const ArgSpec& arg : op.outputs) {
    if (arg.types_attr >= 0) {
      const auto& list = std::get<std::vector<DType>>(attrs[arg.types_attr]);
      output_dtypes.insert(output_dtypes.end(), list.begin(), list.end());
      continue;
    }
    const DType dtype = arg.type_attr < 0 ? arg.dtype : std::get<DType>(attrs[arg.type_attr]);
    const int64_t count = arg.number_attr < 0 ? 1 : std::get<int64_t>(attrs[arg.number_attr]);
    if (count < 0 || count > 1 << 20) {
      return absl::InvalidArgumentError(absl::StrCat(op.name, ": attribute '", op.attrs[arg.number_attr].name,
                                                     "' must be in the range [0, 1048576], got ", count));
    }
    output_dtypes.insert(output_dtypes.end(), static_cast<size_t>(count), dtype);
  }
  return absl::OkStatus();
}

absl::Status Infer(const OpSpec& op, absl::Span<const InferInput> inputs, Attrs& attrs, Inferred& out) {
  RETURN_IF_ERROR(InferTypes(op, inputs, attrs, out.dtypes));
  const int n = static_cast<int>(inputs.size());
  out.shapes_known = true;
  for (int i = 0; i < n; ++i) {
    if (inputs[i].shape == nullptr || (op.IsHostInput(i, n) && !inputs[i].host)) out.shapes_known = false;
    // A handle that a raw VarHandleOp made tells its client nothing of the variable.
    if (inputs[i].dtype == DType::kResource && inputs[i].variable == nullptr) out.shapes_known = false;
  }
  out.shapes.clear();
  if (!out.shapes_known) return absl::OkStatus();
  out.shapes.resize(out.dtypes.size());
  ShapeContext context(op, attrs, inputs, absl::MakeSpan(out.shapes));
  if (absl::Status s = op.def->shape(context); !s.ok()) {
    return absl::Status(s.code(), absl::StrCat(op.name, ": ", s.message()));
  }
  return absl::OkStatus();
}

}  // namespace eager
