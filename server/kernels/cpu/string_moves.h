// Ops that move elements, on strings: the op's kernel for int64 moves the strings' numbers, and the strings follow
// once. So no kernel that moves elements knows what a string is.
//
// The executor makes outputs of strings without any bytes, as these depend on the values; kernels set them.
#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// The strings of all string inputs of a call, numbered from 1 in their order. Number 0 is the empty string: zeros that
// a kernel puts between the numbers become empty strings, as TensorFlow has it. Views: the call's inputs must live.
class NumberedStrings {
 public:
  explicit NumberedStrings(const KernelContext& k);
  // The number of the first string of input `i`.
  int64_t first(int i) const { return first_[i]; }
  absl::string_view operator[](int64_t number) const;

 private:
  std::vector<int64_t> first_;  // of each input, and the end
  std::vector<const Tensor*> inputs_;
};

// Room for a number of each element of `shape`. RESOURCE_EXHAUSTED beyond the device's memory.
absl::StatusOr<TensorRef> NewNumbers(const KernelContext& k, const Shape& shape);

// Element i of a string tensor on the host; valid as long as the tensor.
absl::string_view StringAt(const Tensor& t, int64_t i);

// A tensor of strings on the call's device, element i being string_of(i), which is called several times from several
// threads. RESOURCE_EXHAUSTED where they do not fit into the device's memory.
absl::StatusOr<TensorRef> MakeStrings(const KernelContext& k, const Shape& shape,
                                      absl::FunctionRef<absl::string_view(int64_t)> string_of);

// The same as output `o`.
absl::Status SetStrings(KernelContext& k, int o, absl::FunctionRef<absl::string_view(int64_t)> string_of);

// Calls `move`, a kernel for int64, with numbers in place of the strings, and sets the string outputs by its results.
absl::Status MoveStrings(KernelContext& k, KernelFn move);

// Calls `compare`, a kernel for int64, with inputs that are equal where the strings are.
absl::Status CompareStrings(KernelContext& k, KernelFn compare);

template <KernelFn kMove>
absl::Status MoveStringsKernel(KernelContext& k) {
  return MoveStrings(k, kMove);
}

// The rows of an op that moves elements: of any fixed size by the kernel itself, and strings.
template <KernelFn kMove>
void AddMoveRows(std::vector<KernelRow>& rows, absl::string_view op) {
  rows.push_back({op, kFixedSizeTypes, kMove});
  rows.push_back({op, {DType::kString}, &MoveStringsKernel<kMove>});
}

}  // namespace eager::server
