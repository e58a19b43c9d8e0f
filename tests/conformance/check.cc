#include "tests/conformance/check.h"

#include "absl/strings/str_cat.h"
#include "client/constant.h"

namespace eager::conformance {

std::string Difference(const std::string& what, const std::optional<Tensor>& got, const HostTensor& want,
                       const Tolerance& tolerance) {
  if (!got.has_value()) return want.valid() ? absl::StrCat(what, ": got none, want ", want.spec().ToString()) : "";
  if (!want.valid()) return absl::StrCat(what, ": got ", got->numpy().spec().ToString(), ", want none");
  const HostTensor values = got->numpy();
  const TensorSpec known{got->dtype(), got->shape()};
  if (known != values.spec()) {
    return absl::StrCat(what, ": the client expected ", known.ToString(), ", the server has ", values.spec().ToString());
  }
  std::string why;
  return golden::Close(values, want, tolerance.rtol, tolerance.atol, &why) ? "" : absl::StrCat(what, ": ", why);
}

std::string DifferenceOrZeros(const std::string& what, const std::optional<Tensor>& got, const HostTensor& want,
                              const Tolerance& tolerance) {
  if (want.valid() || !got.has_value()) return Difference(what, got, want, tolerance);
  return Difference(what, got, HostTensor(TensorSpec{got->dtype(), got->shape()}), {});
}

std::vector<Tensor> Upload(const std::vector<HostTensor>& values) {
  std::vector<Tensor> tensors;
  for (const HostTensor& value : values) tensors.push_back(constant(value));
  return tensors;
}

std::vector<Operand> Operands(const std::vector<Tensor>& tensors) {
  std::vector<Operand> operands;
  for (const Tensor& t : tensors) operands.emplace_back(t);  // written here: errors name this line
  return operands;
}

}  // namespace eager::conformance
