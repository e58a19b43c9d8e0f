#include "client/keras/layers/merging.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/math.h"

namespace eager::keras::layers {
namespace {

std::string Text(const std::vector<PartialShape>& shapes) {
  return absl::StrJoin(shapes, ", ", [](std::string* out, const PartialShape& s) { out->append(s.ToString()); });
}

[[noreturn]] void Refuse(std::source_location where, absl::string_view what) {
  throw Error(absl::InvalidArgumentError(what), where);
}

}  // namespace

Add::Add(const PlainOptions& options, std::source_location where)
    : Layer("add", {options.name, options.trainable, options.dtype, options.input_shape}, where) {}

void Add::build_all(const std::vector<PartialShape>& shapes) {
  for (const PartialShape& shape : shapes) {
    const PartialShape& first = shapes[0];
    for (int axis = 1; axis <= std::min(first.rank(), shape.rank()); ++axis) {
      const int64_t a = first[-axis], b = shape[-axis];
      if (a != b && a > 1 && b > 1)
        Refuse(call_site(), absl::StrCat("layer \"", name(), "\": inputs have incompatible shapes ", Text(shapes)));
    }
  }
}

Tensor Add::call_all(const std::vector<Tensor>& inputs, bool training) {
  Tensor sum = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) sum = Operand(sum, call_site()) + Operand(inputs[i], call_site());
  return sum;
}

Concatenate::Concatenate(const ConcatenateOptions& options, std::source_location where)
    : Layer("concatenate", {options.name, true, options.dtype, {}}, where), axis_(options.axis) {}

void Concatenate::build_all(const std::vector<PartialShape>& shapes) {
  const int rank = shapes[0].rank();
  const int64_t axis = axis_ < 0 ? axis_ + rank : axis_;
  if (axis < 0 || axis >= rank)
    Refuse(call_site(), absl::StrCat("layer \"", name(), "\": inputs ", Text(shapes), " have no axis ", axis_));
  for (const PartialShape& shape : shapes) {
    bool fits = shape.rank() == rank;
    for (int i = 0; fits && i < rank; ++i) fits = i == axis || shape[i] == shapes[0][i];
    if (!fits) {
      Refuse(call_site(), absl::StrCat("layer \"", name(), "\": inputs must have matching shapes except along axis ",
                                       axis_, ", got ", Text(shapes)));
    }
  }
}

Tensor Concatenate::call_all(const std::vector<Tensor>& inputs, bool training) {
  std::vector<Operand> values;
  for (const Tensor& x : inputs) values.emplace_back(x, call_site());
  return concat(values, axis_);
}

}  // namespace eager::keras::layers
