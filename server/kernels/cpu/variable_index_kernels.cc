// Kernels of common/ops/variable_index_ops.cc: in place, so that a change of a few rows costs no more than them.
#include <algorithm>
#include <complex>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/ops/strided_slice.h"
#include "common/status_macros.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/data_movement.h"
#include "server/kernels/cpu/index_offsets.h"
#include "server/kernels/cpu/number.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/string_moves.h"
#include "server/kernels/variable_ops.h"

namespace eager::server {
namespace {

absl::StatusOr<TensorRef> ValueOf(const KernelContext& k) {
  const Variable& variable = k.input(0).variable();
  TensorRef value = variable.Read();
  if (!value) return variable.NoValue();
  return value;
}

absl::Status ResourceGatherKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const TensorRef params, ValueOf(k));
  const Tensor& out = k.output(0);
  const int64_t batch = k.attr<int64_t>("batch_dims");
  ASSIGN_OR_RETURN(const GatherRows rows, GatherRows::Make(params->shape(), k.input(1), batch, batch));
  if (params->dtype() == DType::kString) {
    return SetStrings(k, 0,
                      [&](int64_t i) { return StringAt(*params, rows.offset(i / rows.width()) + i % rows.width()); });
  }
  if (out.num_elements() == 0) return absl::OkStatus();
  const size_t size = SizeOf(out.dtype()), bytes = static_cast<size_t>(rows.width()) * size;
  ParallelFor(rows.count(), MoveGrain(static_cast<int64_t>(bytes)), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      std::memcpy(out.mutable_data<char>() + static_cast<size_t>(r) * bytes,
                  params->data<char>() + static_cast<size_t>(rows.offset(r)) * size, bytes);
    }
  });
  return absl::OkStatus();
}

// The places of a variable that an op changes: row r of the updates goes to offsets[r], unless that is negative.
absl::StatusOr<NdRows> FindRows(KernelContext& k, const Shape& params) {
  if (k.op().inputs[0].name == "ref") return FindNdRows(k, k.input(1), params, "shape");
  ASSIGN_OR_RETURN(const GatherRows gathered, GatherRows::Make(params, k.input(1), /*axis=*/0, /*batch_dims=*/0));
  NdRows rows;
  rows.width = gathered.width();
  rows.offsets.resize(static_cast<size_t>(gathered.count()));
  for (size_t r = 0; r < rows.offsets.size(); ++r) rows.offsets[r] = gathered.offset(static_cast<int64_t>(r));
  return rows;
}

template <class T>
inline constexpr bool kIsComplex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

// The arithmetic of the elements: in T, so that 16-bit floats are rounded after every step as TensorFlow's are.
template <class T, class Op>
T Calculate(const T& x, const T& y, Op op) {
  if constexpr (kIsComplex<T>) {
    return op(x, y);
  } else {
    using W = Wide<T>;
    return Narrow<T>(op(Widen<W>(x), Widen<W>(y)));
  }
}
struct PutStep {
  template <class T>
  static T Run(const T&, const T& y) {
    return y;
  }
};
struct AddStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    return Calculate(x, y, [](auto a, auto b) { return a + b; });
  }
};
struct SubStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    return Calculate(x, y, [](auto a, auto b) { return a - b; });
  }
};
struct MulStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    return Calculate(x, y, [](auto a, auto b) { return a * b; });
  }
};
// Integers are divided with their sign; the lowest by -1 is itself, as all that is too large wraps around.
struct DivStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_signed_v<T>) {
        if (y == -1) return Calculate(T(0), x, [](auto a, auto b) { return a - b; });
      }
      return static_cast<T>(x / y);
    } else {
      return Calculate(x, y, [](auto a, auto b) { return a / b; });
    }
  }
};
struct MinStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    return Widen<Ordered<T>>(y) < Widen<Ordered<T>>(x) ? y : x;
  }
};
struct MaxStep {
  template <class T>
  static T Run(const T& x, const T& y) {
    return Widen<Ordered<T>>(x) < Widen<Ordered<T>>(y) ? y : x;
  }
};

template <class T>
absl::Status CheckDivisors(const Tensor& updates) {
  if constexpr (std::is_integral_v<T>) {
    const T* values = updates.data<T>();
    if (std::find(values, values + updates.num_elements(), T(0)) != values + updates.num_elements()) {
      return absl::InvalidArgumentError("updates: Integer division by zero");
    }
  }
  return absl::OkStatus();
}

// Rows in their order, as places may be named more than once; wide ones are shared among the cores by columns.
template <class T, class Step>
void ChangeRows(const NdRows& rows, const Tensor& updates, T* to) {
  const T* from = updates.data<T>();
  const bool one_for_all = updates.shape().is_scalar();
  const int64_t count = static_cast<int64_t>(rows.offsets.size());
  constexpr int64_t kLeastColumns = 64;
  const int64_t grain = std::max(kLeastColumns, MoveGrain(count * static_cast<int64_t>(sizeof(T))));
  ParallelFor(rows.width, grain, [&](int64_t begin, int64_t end) {
    for (int64_t r = 0; r < count; ++r) {
      if (rows.offsets[static_cast<size_t>(r)] < 0) continue;
      T* row = to + rows.offsets[static_cast<size_t>(r)];
      const T* update = from + r * rows.width;
      for (int64_t e = begin; e < end; ++e) row[e] = Step::Run(row[e], one_for_all ? *from : update[e]);
    }
  });
}

// The variable's memory with its present values, for an update to write to.
void Carry(const Tensor& from, const Tensor& to) {
  if (from.raw() != to.raw()) std::memcpy(to.raw(), from.raw(), from.num_bytes());
}

template <class T, class Step>
absl::Status Scatter(KernelContext& k) {
  const Tensor& updates = k.input(2);
  ASSIGN_OR_RETURN(const NdRows rows, FindRows(k, k.input(0).value_spec().shape));
  if constexpr (std::is_same_v<Step, DivStep>) RETURN_IF_ERROR(CheckDivisors<T>(updates));
  return UpdateVariable(k, [&](const Tensor& from, const Tensor& to) {
    Carry(from, to);
    ChangeRows<T, Step>(rows, updates, to.mutable_data<T>());
    return absl::OkStatus();
  });
}

// Gives a variable of strings another value: `move` changes numbers, of which those from 1 on are the present strings'
// and those behind them the strings' of input `i`.
absl::Status MoveVariableStrings(KernelContext& k, int i,
                                 absl::FunctionRef<void(int64_t* numbers, int64_t first)> move) {
  Variable& variable = k.input(0).variable();
  const Tensor& given = k.input(i);
  return variable.Update([&](TensorRef& value) -> absl::Status {
    if (!value) return variable.NoValue();
    const int64_t n = value->num_elements();
    std::vector<int64_t> numbers(static_cast<size_t>(n));
    for (int64_t e = 0; e < n; ++e) numbers[static_cast<size_t>(e)] = e + 1;
    move(numbers.data(), n + 1);
    ASSIGN_OR_RETURN(TensorRef next, MakeStrings(k, value->shape(), [&](int64_t e) {
                       const int64_t number = numbers[static_cast<size_t>(e)] - 1;
                       return number < n ? StringAt(*value, number) : StringAt(given, number - n);
                     }));
    value = std::move(next);
    return absl::OkStatus();
  });
}

absl::Status ScatterStrings(KernelContext& k) {
  ASSIGN_OR_RETURN(const NdRows rows, FindRows(k, k.input(0).value_spec().shape));
  const bool one_for_all = k.input(2).shape().is_scalar();
  return MoveVariableStrings(k, 2, [&](int64_t* numbers, int64_t first) {
    for (size_t r = 0; r < rows.offsets.size(); ++r) {
      if (rows.offsets[r] < 0) continue;
      for (int64_t e = 0; e < rows.width; ++e) {
        numbers[rows.offsets[r] + e] = first + (one_for_all ? 0 : static_cast<int64_t>(r) * rows.width + e);
      }
    }
  });
}

// Where the elements of a slice lie in a dense tensor, axis by axis of the slice's result.
struct SlicePlaces {
  int64_t first = 0;
  Strides strides;
  Shape result;
};

absl::StatusOr<SlicePlaces> FindPlaces(KernelContext& k) {
  const Shape& shape = k.input(0).value_spec().shape;
  ASSIGN_OR_RETURN(const StridedSlice slice, MakeStridedSlice(shape, k.host(1), k.host(2), k.host(3), k.attrs()));
  const Strides dense = DenseStrides(shape.dims());
  SlicePlaces places;
  for (size_t axis = 0; axis < dense.size(); ++axis) places.first += slice.begin[axis] * dense[axis];
  for (int axis : slice.result_axes) {
    const bool single = axis < 0 || slice.extents[axis] == 1;  // needs no step
    places.strides.push_back(single ? 1 : dense[static_cast<size_t>(axis)] * slice.strides[static_cast<size_t>(axis)]);
  }
  places.result = slice.result;
  return places;
}

// Of the value, broadcast to the slice.
Strides BroadcastStrides(const Shape& value, const Shape& result) {
  const Strides dense = DenseStrides(value.dims());
  Strides strides(static_cast<size_t>(result.rank()), 0);
  const size_t missing = strides.size() - dense.size();
  for (size_t axis = 0; axis < dense.size(); ++axis) {
    if (value[static_cast<int>(axis)] != 1) strides[missing + axis] = dense[axis];
  }
  return strides;
}

absl::Status StridedSliceAssignKernel(KernelContext& k) {
  const Tensor& value = k.input(4);
  ASSIGN_OR_RETURN(const SlicePlaces places, FindPlaces(k));
  const size_t size = SizeOf(value.dtype());
  return UpdateVariable(k, [&](const Tensor& from, const Tensor& to) {
    Carry(from, to);
    if (places.result.num_elements() == 0) return absl::OkStatus();
    StridedCopy(size, places.result.dims(), value.raw(), BroadcastStrides(value.shape(), places.result),
                to.mutable_data<char>() + places.first * static_cast<int64_t>(size), places.strides);
    return absl::OkStatus();
  });
}

absl::Status StridedSliceAssignStrings(KernelContext& k) {
  const Shape& value = k.input(4).shape();
  ASSIGN_OR_RETURN(const SlicePlaces places, FindPlaces(k));
  return MoveVariableStrings(k, 4, [&](int64_t* numbers, int64_t first) {
    if (places.result.num_elements() == 0) return;
    std::vector<int64_t> given(static_cast<size_t>(value.num_elements()));
    for (size_t i = 0; i < given.size(); ++i) given[i] = first + static_cast<int64_t>(i);
    StridedCopy(sizeof(int64_t), places.result.dims(), given.data(), BroadcastStrides(value, places.result),
                numbers + places.first, places.strides);
  });
}

template <class Step>
struct Kernels {
  template <class T>
  struct Of {
    static absl::Status Run(KernelContext& k) { return Scatter<T, Step>(k); }
  };
};

template <class Step>
void AddSteps(std::vector<KernelRow>& rows, absl::string_view op) {
  AddNumberRows<Kernels<Step>::template Of>(rows, op);
  if constexpr (!std::is_same_v<Step, MinStep> && !std::is_same_v<Step, MaxStep>) {
    rows.push_back({op, {DType::kComplex64}, &Scatter<std::complex<float>, Step>});
    rows.push_back({op, {DType::kComplex128}, &Scatter<std::complex<double>, Step>});
  }
}

}  // namespace

std::vector<KernelRow> CpuVariableIndexKernels() {
  std::vector<KernelRow> rows = {{"ResourceGather", kFixedSizeTypes | DTypeSet{DType::kString}, &ResourceGatherKernel},
                                 {"ResourceStridedSliceAssign", kFixedSizeTypes, &StridedSliceAssignKernel},
                                 {"ResourceStridedSliceAssign", {DType::kString}, &StridedSliceAssignStrings}};
  for (absl::string_view op : {"ResourceScatterUpdate", "ResourceScatterNdUpdate"}) {
    AddSteps<PutStep>(rows, op);
    rows.push_back({op, {DType::kBool}, &Scatter<bool, PutStep>});
    rows.push_back({op, {DType::kString}, &ScatterStrings});
  }
  for (absl::string_view op : {"ResourceScatterAdd", "ResourceScatterNdAdd"}) AddSteps<AddStep>(rows, op);
  for (absl::string_view op : {"ResourceScatterSub", "ResourceScatterNdSub"}) AddSteps<SubStep>(rows, op);
  rows.push_back({"ResourceScatterNdAdd", {DType::kBool}, &Scatter<bool, AddStep>});  // or
  rows.push_back({"ResourceScatterNdSub", {DType::kBool}, &Scatter<bool, SubStep>});  // either
  AddSteps<MulStep>(rows, "ResourceScatterMul");
  AddSteps<DivStep>(rows, "ResourceScatterDiv");
  AddSteps<MinStep>(rows, "ResourceScatterMin");
  AddSteps<MaxStep>(rows, "ResourceScatterMax");
  return rows;
}

}  // namespace eager::server
