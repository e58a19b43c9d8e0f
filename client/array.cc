#include "client/array.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "client/constant.h"
#include "client/core/compose.h"
#include "client/gather.h"

namespace eager {
namespace {

using internal::Refuse;
using internal::Run;
using internal::RunList;
using internal::Term;
using internal::Where;

std::vector<Tensor> Several(absl::string_view op, std::initializer_list<Operand> operands, const NamedAttrs& attrs) {
  const internal::Tensors out = internal::Call(internal::Op(op), absl::MakeConstSpan(operands.begin(), operands.size()),
                                               attrs, operands.begin()->where());
  return {out.begin(), out.end()};
}

}  // namespace

Tensor shape(const Operand& x, DType out_type) { return Run("Shape", {x}, {{"out_type", out_type}}); }
Tensor size(const Operand& x, DType out_type) { return Run("Size", {x}, {{"out_type", out_type}}); }
Tensor rank(const Operand& x) { return Run("Rank", {x}); }

Tensor reshape(const Operand& x, const Operand& shape) { return Run("Reshape", {x, shape}); }

Tensor transpose(const Operand& x, const Axes& perm) {
  std::vector<int64_t> order = internal::AxesOf(x, perm);
  if (!perm.has_value()) std::reverse(order.begin(), order.end());
  return Run("Transpose", {x, Operand(std::move(order), x.where())});
}

Tensor expand_dims(const Operand& x, int64_t axis) { return Run("ExpandDims", {x, Operand(axis, x.where())}); }

Tensor squeeze(const Operand& x, const Axes& axis) {
  return Run("Squeeze", {x}, {{"squeeze_dims", axis.has_value() ? *axis : std::vector<int64_t>()}});
}

Tensor broadcast_to(const Operand& x, const Operand& shape) { return Run("BroadcastTo", {x, shape}); }
Tensor tile(const Operand& x, const Operand& multiples) { return Run("Tile", {x, multiples}); }
Tensor reverse(const Operand& x, const Axes& axis) {
  return Run("ReverseV2", {x, Operand(internal::AxesOf(x, axis), x.where())});
}
Tensor roll(const Operand& x, const Operand& shift, const Operand& axis) { return Run("Roll", {x, shift, axis}); }
Tensor identity(const Operand& x) { return Run("Identity", {x}); }
Tensor stop_gradient(const Operand& x) { return Run("StopGradient", {x}); }

Tensor concat(const std::vector<Operand>& values, int64_t axis) {
  if (values.size() == 1) return identity(values[0]);  // as TensorFlow: the op itself needs two
  std::vector<Operand> all = values;
  all.emplace_back(axis, values.empty() ? Where::current() : values[0].where());
  return RunList("ConcatV2", all);
}

Tensor stack(const std::vector<Operand>& values, int64_t axis) { return RunList("Pack", values, {{"axis", axis}}); }

std::vector<Tensor> unstack(const Operand& x, int64_t axis) {
  const Term value = x;
  const int64_t at = internal::AxisOf(axis, value.rank(), "unstack", x.where());
  return Several("Unpack", {value}, {{"num", value.shape()[static_cast<int>(at)]}, {"axis", axis}});
}

std::vector<Tensor> split(const Operand& x, int64_t num, int64_t axis) {
  return Several("Split", {Operand(axis, x.where()), x}, {{"num_split", num}});
}

std::vector<Tensor> split(const Operand& x, const std::vector<int64_t>& sizes, int64_t axis) {
  return Several("SplitV", {x, Operand(sizes, x.where()), Operand(axis, x.where())},
                 {{"num_split", static_cast<int64_t>(sizes.size())}});
}

Tensor slice(const Operand& x, const Operand& begin, const Operand& size) { return Run("Slice", {x, begin, size}); }

Tensor strided_slice(const Operand& x, const Operand& begin, const Operand& end, const std::optional<Operand>& strides,
                     const StridedSliceOptions& options) {
  const Tensor ones = strides.has_value() ? Tensor() : Run("OnesLike", {begin});  // outlives the operand that refers to it
  const Operand steps = strides.has_value() ? *strides : Operand(ones, x.where());
  return Run("StridedSlice", {x, begin, end, steps},
             {{"begin_mask", options.begin_mask},
              {"end_mask", options.end_mask},
              {"ellipsis_mask", options.ellipsis_mask},
              {"new_axis_mask", options.new_axis_mask},
              {"shrink_axis_mask", options.shrink_axis_mask}});
}

Tensor Paddings::AsTensor(std::source_location where) const {
  if (tensor_.has_value()) return *tensor_;
  bool wide = false;
  std::vector<int64_t> flat;
  for (const auto& [before, after] : list_) {
    flat.insert(flat.end(), {before, after});
    wide = wide || before > INT32_MAX || after > INT32_MAX;
  }
  const Shape shape{static_cast<int64_t>(list_.size()), 2};
  if (wide) return constant(flat, shape, where);
  return constant(std::vector<int32_t>(flat.begin(), flat.end()), shape, where);
}

Tensor pad(const Operand& x, const Paddings& paddings, const PadOptions& options) {
  const Term amounts(paddings.AsTensor(x.where()), x.where());
  const std::string mode = absl::AsciiStrToUpper(options.mode);
  if (mode == "REFLECT" || mode == "SYMMETRIC") return Run("MirrorPad", {x, amounts}, {{"mode", mode}});
  if (mode != "CONSTANT") {
    Refuse(absl::StrCat("pad: mode must be 'CONSTANT', 'REFLECT' or 'SYMMETRIC', got '", options.mode, "'"), x.where());
  }
  if (options.constant_values.has_value()) return Run("PadV2", {x, amounts, *options.constant_values});
  return Run("Pad", {x, amounts});
}

Tensor repeat(const Operand& x, const Axes& repeats, std::optional<int64_t> axis) {
  const Where& where = x.where();
  const Term value = axis.has_value() ? Term(x) : Term(reshape(x, Operand({-1}, where)), where);
  const int64_t at = internal::AxisOf(axis.value_or(0), value.rank(), "repeat", where);
  const int64_t extent = value.shape()[static_cast<int>(at)];
  const auto count = static_cast<int64_t>(repeats.has_value() ? repeats->size() : 0);
  if (count != 1 && count != extent) {
    Refuse(absl::StrCat("repeat: repeats must be one number, or one for each of the ", extent, " entries, got ", count), where);
  }
  std::vector<int64_t> entries;
  for (int64_t i = 0; i < extent; ++i) {
    const int64_t times = (*repeats)[static_cast<size_t>(count == 1 ? 0 : i)];
    if (times < 0) Refuse(absl::StrCat("repeat: repeats must not be negative, got ", times), where);
    entries.insert(entries.end(), static_cast<size_t>(times), i);
  }
  return gather(value, Operand(std::move(entries), where), {.axis = at});
}

Tensor boolean_mask(const Operand& x, const Operand& mask, int64_t axis) {
  const Where& where = x.where();
  const Term value = x, chosen = mask;
  const Shape &outer = value.shape(), &masked = chosen.shape();
  if (chosen.dtype() != DType::kBool || masked.rank() == 0) {
    Refuse(absl::StrCat("boolean_mask: mask must be a bool tensor with at least one axis, got ", Name(chosen.dtype()), " of shape ",
                        masked.ToString()),
           where);
  }
  const auto first = static_cast<int>(internal::AxisOf(axis, std::max(outer.rank(), 1), "boolean_mask", where));
  const bool fits = first + masked.rank() <= outer.rank() &&
                    std::equal(masked.dims().begin(), masked.dims().end(), outer.dims().begin() + first);
  if (!fits) {
    Refuse(absl::StrCat("boolean_mask: the shape of mask, ", masked.ToString(), ", must be that of the tensor, ",
                        outer.ToString(), ", from axis ", first, " on"),
           where);
  }
  Shape flat(Shape::Dims(outer.dims().begin(), outer.dims().begin() + first));
  flat.push_back(masked.num_elements());
  for (int i = first + masked.rank(); i < outer.rank(); ++i) flat.push_back(outer[i]);
  const HostTensor truths = chosen.tensor().numpy(where);
  const auto truth = truths.values<bool>();
  std::vector<int64_t> entries;
  for (size_t i = 0; i < truth.size(); ++i) {
    if (truth[i]) entries.push_back(static_cast<int64_t>(i));
  }
  return gather(value.Reshape(flat), Operand(std::move(entries), where), {.axis = first});
}

}  // namespace eager
