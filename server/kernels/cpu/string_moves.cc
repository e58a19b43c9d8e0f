#include "server/kernels/cpu/string_moves.h"

#include <algorithm>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"

namespace eager::server {
namespace {

using Tensors = absl::InlinedVector<TensorRef, 4>;

// The inputs with int64s in place of strings: number(i, e) for element e of input i.
absl::StatusOr<Tensors> NumberInputs(const KernelContext& k, absl::FunctionRef<int64_t(int, int64_t)> number) {
  Tensors inputs;
  for (int i = 0; i < k.num_inputs(); ++i) {
    if (k.input(i).dtype() != DType::kString) {
      inputs.push_back(k.input_ref(i));
      continue;
    }
    ASSIGN_OR_RETURN(TensorRef numbers, NewNumbers(k, k.input(i).shape()));
    for (int64_t e = 0; e < numbers->num_elements(); ++e) numbers->mutable_data<int64_t>()[e] = number(i, e);
    inputs.push_back(std::move(numbers));
  }
  return inputs;
}

absl::Status CallWith(const KernelContext& k, KernelFn fn, const Tensors& inputs, Tensors& outputs) {
  std::unique_ptr<KernelState> no_state;
  KernelContext context(k.op(), k.attrs(), k.device(), k.host_device(), inputs, absl::MakeSpan(outputs), no_state);
  return fn(context);
}

}  // namespace

absl::StatusOr<TensorRef> NewNumbers(const KernelContext& k, const Shape& shape) {
  uint64_t bytes;
  if (__builtin_mul_overflow(static_cast<uint64_t>(shape.num_elements()), sizeof(int64_t), &bytes)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("strings of shape ", shape.ToString(), " are larger than any memory"));
  }
  ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(bytes));
  return MakeRef<Tensor>(TensorSpec{DType::kInt64, shape}, std::move(buffer));
}

absl::string_view StringAt(const Tensor& t, int64_t i) {
  const uint64_t* offsets = t.data<uint64_t>();
  const char* chars = t.data<char>() + (t.num_elements() + 1) * static_cast<int64_t>(sizeof(uint64_t));
  return absl::string_view(chars + offsets[i], offsets[i + 1] - offsets[i]);
}

NumberedStrings::NumberedStrings(const KernelContext& k) : first_{1} {
  for (int i = 0; i < k.num_inputs(); ++i) {
    inputs_.push_back(&k.input(i));
    first_.push_back(first_.back() + (k.input(i).dtype() == DType::kString ? k.input(i).num_elements() : 0));
  }
}

absl::string_view NumberedStrings::operator[](int64_t number) const {
  if (number == 0) return "";
  const auto after = std::upper_bound(first_.begin(), first_.end(), number);  // of several alike, behind the empty ones
  const auto input = after - first_.begin() - 1;
  return StringAt(*inputs_[input], number - first_[input]);
}

absl::StatusOr<TensorRef> MakeStrings(const KernelContext& k, const Shape& shape,
                                      absl::FunctionRef<absl::string_view(int64_t)> string_of) {
  const TensorSpec spec{DType::kString, shape};
  const int64_t n = spec.shape.num_elements();
  const auto too_large = [&] {
    return absl::ResourceExhaustedError(absl::StrCat("a result ", spec.ToString(), " is larger than any memory"));
  };
  uint64_t head, bytes;
  if (__builtin_mul_overflow(static_cast<uint64_t>(n) + 1, sizeof(uint64_t), &head)) return too_large();
  bytes = head;
  for (int64_t i = 0; i < n; ++i) {
    if (__builtin_add_overflow(bytes, string_of(i).size(), &bytes)) return too_large();
  }
  ASSIGN_OR_RETURN(BufferRef buffer, k.device().Allocate(bytes));
  uint64_t* offsets = static_cast<uint64_t*>(buffer->data());
  offsets[0] = 0;
  for (int64_t i = 0; i < n; ++i) offsets[i + 1] = offsets[i] + string_of(i).size();
  char* chars = static_cast<char*>(buffer->data()) + head;
  ParallelFor(n, MoveGrain(static_cast<int64_t>(bytes / (static_cast<uint64_t>(n) + 1))),
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  const absl::string_view s = string_of(i);
                  if (!s.empty()) std::memcpy(chars + offsets[i], s.data(), s.size());
                }
              });
  return MakeRef<Tensor>(spec, std::move(buffer));
}

absl::Status SetStrings(KernelContext& k, int o, absl::FunctionRef<absl::string_view(int64_t)> string_of) {
  ASSIGN_OR_RETURN(TensorRef strings, MakeStrings(k, k.output(o).shape(), string_of));
  k.set_output(o, std::move(strings));
  return absl::OkStatus();
}

absl::Status MoveStrings(KernelContext& k, KernelFn move) {
  const NumberedStrings strings(k);
  ASSIGN_OR_RETURN(const Tensors inputs, NumberInputs(k, [&](int i, int64_t e) { return strings.first(i) + e; }));
  Tensors outputs;
  for (int o = 0; o < k.num_outputs(); ++o) {
    ASSIGN_OR_RETURN(TensorRef numbers, NewNumbers(k, k.output(o).shape()));
    outputs.push_back(std::move(numbers));
  }
  RETURN_IF_ERROR(CallWith(k, move, inputs, outputs));
  for (int o = 0; o < k.num_outputs(); ++o) {
    const int64_t* numbers = outputs[o]->data<int64_t>();
    RETURN_IF_ERROR(SetStrings(k, o, [&](int64_t i) { return strings[numbers[i]]; }));
  }
  return absl::OkStatus();
}

absl::Status CompareStrings(KernelContext& k, KernelFn compare) {
  absl::flat_hash_map<absl::string_view, int64_t> numbers;
  ASSIGN_OR_RETURN(
      const Tensors inputs, NumberInputs(k, [&](int i, int64_t e) {
        return numbers.emplace(StringAt(k.input(i), e), static_cast<int64_t>(numbers.size())).first->second;
      }));
  Tensors outputs;
  for (int o = 0; o < k.num_outputs(); ++o) {
    const Tensor& out = k.output(o);
    outputs.push_back(MakeRef<Tensor>(out.spec(), out.buffer(), out.offset()));
  }
  return CallWith(k, compare, inputs, outputs);
}

}  // namespace eager::server
