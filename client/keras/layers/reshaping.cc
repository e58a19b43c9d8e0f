#include "client/keras/layers/reshaping.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/math.h"

namespace eager::keras::layers {

Flatten::Flatten(const PlainOptions& options, std::source_location where)
    : Layer("flatten", {options.name, options.trainable, options.dtype, options.input_shape}, where) {
  set_input_spec({.min_ndim = 1});
}

Tensor Flatten::call(const Tensor& x, bool training) {
  const Shape& shape = x.shape(call_site());
  int64_t values = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) values *= shape[axis];
  return reshape(Operand(x, call_site()), {shape[0], values});
}

std::optional<PartialShape> Flatten::compute_output_shape(const PartialShape& input) const {
  return PartialShape{input[0], input.num_elements(1)};
}

Reshape::Reshape(PartialShape target_shape, const PlainOptions& options, std::source_location where)
    : Layer("reshape", {options.name, options.trainable, options.dtype, options.input_shape}, where),
      target_(std::move(target_shape)) {
  const auto& dims = target_.dims();
  if (std::count(dims.begin(), dims.end(), -1) > 1 ||
      std::any_of(dims.begin(), dims.end(), [](int64_t d) { return d < -1; })) {
    throw Error(absl::InvalidArgumentError(absl::StrCat(
                    "Reshape: at most one extent of the target shape may be -1, none less; got ", target_.ToString())),
                where);
  }
  set_input_spec({.min_ndim = 1});
}

Tensor Reshape::call(const Tensor& x, bool training) {
  return reshape(Operand(x, call_site()), Operand(target_.WithBatch(x.shape(call_site())[0]).dims(), call_site()));
}

std::optional<PartialShape> Reshape::compute_output_shape(const PartialShape& input) const {
  PartialShape output = target_.WithBatch(input[0]);
  const int64_t values = input.num_elements(1);
  int open = -1;
  int64_t known = 1;
  for (int axis = 1; axis < output.rank(); ++axis) {
    if (output[axis] == -1) {
      open = axis;
    } else {
      known *= output[axis];
    }
  }
  const bool fits = values == None || (open < 0 ? known == values : known > 0 && values % known == 0);
  if (!fits) {
    throw Error(absl::InvalidArgumentError(absl::StrCat("layer \"", name(), "\": an example of shape ",
                                                        input.WithoutBatch().ToString(), " cannot become one of shape ",
                                                        target_.ToString())),
                call_site());
  }
  if (open >= 0 && values != None) output.set(open, values / known);
  return output;
}

}  // namespace eager::keras::layers
