#include "client/ndarray.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/core/host_cast.h"
#include "client/core/strided_index.h"
#include "client/core/throw.h"
#include "client/print/format.h"
#include "common/ops/op_table.h"
#include "common/ops/strided_slice.h"

namespace eager {
namespace {

using internal::ThrowIfError;
using internal::ValueOrThrow;
using Where = std::source_location;

[[noreturn]] void Throw(absl::Status status, Where where) { throw Error(std::move(status), where); }

NDArray::Strides RowMajor(const Shape& shape) {
  NDArray::Strides strides(static_cast<size_t>(shape.rank()));
  int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis)] = step;
    step *= std::max<int64_t>(shape[axis], 1);
  }
  return strides;
}

// Calls row(first element, count, stride) for every run along the last axis, in row-major order.
template <class Row>
void ForEachRow(const Shape& shape, const NDArray::Strides& strides, int64_t offset, Row row) {
  if (shape.num_elements() == 0) return;
  const int outer = std::max(shape.rank() - 1, 0);
  const int64_t count = shape.rank() == 0 ? 1 : shape[outer];
  const int64_t stride = shape.rank() == 0 ? 1 : strides[static_cast<size_t>(outer)];
  std::vector<int64_t> at(static_cast<size_t>(outer), 0);
  while (true) {
    row(offset, count, stride);
    int axis = outer - 1;
    for (; axis >= 0; --axis) {
      const auto a = static_cast<size_t>(axis);
      offset += strides[a];
      if (++at[a] < shape[axis]) break;
      offset -= at[a] * strides[a];
      at[a] = 0;
    }
    if (axis < 0) return;
  }
}

template <size_t kSize>
void CopyRows(const Shape& shape, const NDArray::Strides& strides, int64_t offset, const char* from, char* to) {
  ForEachRow(shape, strides, offset, [&](int64_t first, int64_t count, int64_t stride) {
    for (int64_t i = 0; i < count; ++i, to += kSize) {
      std::memcpy(to, from + (first + i * stride) * static_cast<int64_t>(kSize), kSize);
    }
  });
}

}  // namespace

NDArray::NDArray(HostTensor values, bool writable)
    : host_(std::move(values)), writable_(writable && host_.dtype() != DType::kString), shape_(host_.shape()),
      strides_(RowMajor(shape_)) {}

NDArray::NDArray(const Shape& shape, DType dtype)
    : NDArray(dtype == DType::kString
                  ? HostTensor::Strings(shape, std::vector<std::string>(static_cast<size_t>(shape.num_elements())))
                  : HostTensor(TensorSpec{dtype, shape}),
              /*writable=*/true) {}

int64_t NDArray::itemsize() const { return dtype() == DType::kString ? 8 : static_cast<int64_t>(SizeOf(dtype())); }

NDArray::Strides NDArray::strides() const {
  Strides bytes = strides_;
  for (int64_t& s : bytes) s *= itemsize();
  return bytes;
}

bool NDArray::is_contiguous() const {
  if (shape_.num_elements() == 0) return true;
  const Strides dense = RowMajor(shape_);
  for (int axis = 0; axis < rank(); ++axis) {
    if (shape_[axis] != 1 && strides_[static_cast<size_t>(axis)] != dense[static_cast<size_t>(axis)]) return false;
  }
  return true;
}

void NDArray::NeedType(DType asked, Where where) const {
  if (!valid()) Throw(absl::InvalidArgumentError("an empty NDArray is used"), where);
  if (asked != dtype()) {
    Throw(absl::InvalidArgumentError(absl::StrCat("the array's dtype is ", Name(dtype()), ", not ", Name(asked))),
          where);
  }
}

void NDArray::NeedWritable(Where where) const {
  if (valid() && !writable_) {
    Throw(absl::FailedPreconditionError("the array is read-only, as others may share its elements: copy() it first"),
          where);
  }
}

int64_t NDArray::Locate(DType asked, std::span<const int64_t> position, Where where) const {
  NeedType(asked, where);
  const auto text = [&] { return absl::StrCat("[", absl::StrJoin(position, ", "), "]"); };
  if (static_cast<int>(position.size()) != rank()) {
    Throw(absl::InvalidArgumentError(absl::StrCat("position ", text(), " names ", position.size(),
                                                  " axes of an array of shape ", shape_.ToTuple())),
          where);
  }
  int64_t element = offset_;
  for (size_t axis = 0; axis < position.size(); ++axis) {
    const int64_t extent = shape_[static_cast<int>(axis)];
    const int64_t at = position[axis] < 0 ? position[axis] + extent : position[axis];
    if (at < 0 || at >= extent) {
      Throw(absl::OutOfRangeError(
                absl::StrCat("position ", text(), " lies outside of an array of shape ", shape_.ToTuple())),
            where);
    }
    element += at * strides_[axis];
  }
  return element;
}

const void* NDArray::Flat(DType asked, Where where) const {
  NeedType(asked, where);
  if (asked == DType::kString)
    Throw(absl::InvalidArgumentError("strings do not lie in memory one by one: use to_vector()"), where);
  if (!is_contiguous()) {
    Throw(absl::FailedPreconditionError(
              "the array's elements do not lie in row-major order without gaps: copy() it first"),
          where);
  }
  return host_.bytes().data() + offset_ * itemsize();
}

HostTensor NDArray::Dense(bool share) const {
  if (!valid()) return HostTensor();
  // Offset 0 and as many elements as there are: the tensor as a whole, but for its shape.
  const bool whole = is_contiguous() && offset_ == 0 && size() == host_.num_elements();
  if (whole && share && host_.shape() == shape_) return host_;
  if (dtype() == DType::kString) {
    std::vector<std::string> texts;
    ForEachRow(shape_, strides_, offset_, [&](int64_t first, int64_t count, int64_t stride) {
      for (int64_t i = 0; i < count; ++i) texts.emplace_back(host_.string_at(first + i * stride));
    });
    return HostTensor::Strings(shape_, texts);
  }
  HostTensor dense(TensorSpec{dtype(), shape_}, /*zero=*/false);
  const char* from = host_.bytes().data();
  char* to = static_cast<char*>(dense.data());
  if (is_contiguous()) {
    if (size() > 0) std::memcpy(to, from + offset_ * itemsize(), dense.num_bytes());
    return dense;
  }
  switch (itemsize()) {
    case 1: CopyRows<1>(shape_, strides_, offset_, from, to); break;
    case 2: CopyRows<2>(shape_, strides_, offset_, from, to); break;
    case 4: CopyRows<4>(shape_, strides_, offset_, from, to); break;
    case 8: CopyRows<8>(shape_, strides_, offset_, from, to); break;
    default: CopyRows<16>(shape_, strides_, offset_, from, to); break;
  }
  return dense;
}

HostTensor NDArray::host() const { return Dense(/*share=*/!writable_); }
NDArray NDArray::copy() const { return valid() ? NDArray(Dense(/*share=*/false), /*writable=*/true) : NDArray(); }

NDArray NDArray::astype(DType to, Where where) const {
  NeedType(dtype(), where);
  if (to == dtype()) return copy();
  if (!internal::IsNumeric(dtype()) || !internal::IsNumeric(to)) {
    Throw(absl::InvalidArgumentError(absl::StrCat("astype: elements of ", Name(dtype()), " do not become ", Name(to))),
          where);
  }
  return NDArray(internal::CastHost(Dense(/*share=*/true), to), /*writable=*/true);
}

NDArray NDArray::Part(std::span<const Index> index) const {
  const Where where = index.empty() ? Where::current() : index[0].where();
  NeedType(dtype(), where);
  const absl::Span<const Index> list(index.data(), index.size());
  const internal::StridedIndex s = internal::ToStridedIndex(list);
  const OpSpec& op = *OpTable::Builtin().Find("StridedSlice");
  const Attrs masks = ValueOrThrow(Attrs::Make(op, s.masks), where);
  const absl::StatusOr<StridedSlice> slice =
      MakeStridedSlice(shape_, s.begin.view(), s.end.view(), s.strides.view(), masks);
  if (!slice.ok()) {
    Throw(
        absl::Status(slice.status().code(), absl::StrCat(slice.status().message(), " (index ", internal::ToString(list),
                                                         " of an array of shape ", shape_.ToTuple(), ")")),
        where);
  }
  NDArray part = *this;
  part.shape_ = slice->result;
  part.strides_.clear();
  for (int axis = 0; axis < rank(); ++axis) {
    const auto a = static_cast<size_t>(axis);
    if (slice->extents[axis] > 0) part.offset_ += slice->begin[a] * strides_[a];
  }
  for (const int axis : slice->result_axes) {
    const auto a = static_cast<size_t>(axis);
    part.strides_.push_back(axis < 0 ? 0 : strides_[a] * slice->strides[a]);
  }
  return part;
}

NDArray NDArray::operator[](const Index& index) const { return Part({&index, 1}); }
NDArray NDArray::operator[](std::initializer_list<Index> index) const { return Part({index.begin(), index.size()}); }

NDArray NDArray::transpose(const std::vector<int64_t>& axes, Where where) const {
  std::vector<int64_t> order = axes;
  if (axes.empty()) {
    order.resize(static_cast<size_t>(rank()));
    std::iota(order.rbegin(), order.rend(), 0);
  }
  std::vector<bool> named(static_cast<size_t>(rank()), false);
  bool right = static_cast<int>(order.size()) == rank();
  for (int64_t& axis : order) {
    if (axis < 0) axis += rank();
    right = right && axis >= 0 && axis < rank() && !named[static_cast<size_t>(axis)];
    if (right) named[static_cast<size_t>(axis)] = true;
  }
  if (!right) {
    Throw(absl::InvalidArgumentError(absl::StrCat("transpose: (", absl::StrJoin(axes, ", "),
                                                  ") is no order of the axes of an array of shape ", shape_.ToTuple())),
          where);
  }
  NDArray turned = *this;
  for (size_t i = 0; i < order.size(); ++i) {
    turned.shape_.set_dim(static_cast<int>(i), shape_[static_cast<int>(order[i])]);
    turned.strides_[i] = strides_[static_cast<size_t>(order[i])];
  }
  return turned;
}

NDArray NDArray::reshape(const std::vector<int64_t>& extents, Where where) const {
  const auto misfit = [&] {
    Throw(absl::InvalidArgumentError(absl::StrCat("reshape: ", size(), " elements do not fill shape (",
                                                  absl::StrJoin(extents, ", "), ")")),
          where);
  };
  std::vector<int64_t> dims = extents;
  auto open = std::find(dims.begin(), dims.end(), -1);
  if (open != dims.end()) {
    *open = 1;
    const Shape rest = ValueOrThrow(Shape::Make(dims), where);
    if (rest.num_elements() == 0 || size() % rest.num_elements() != 0) misfit();
    *open = size() / rest.num_elements();
  }
  const Shape shape = ValueOrThrow(Shape::Make(dims), where);
  if (shape.num_elements() != size()) misfit();
  NDArray same = is_contiguous() ? *this : copy();
  same.shape_ = shape;
  same.strides_ = RowMajor(shape);
  return same;
}

int64_t NDArray::ScalarInt() const {
  const Where where = Where::current();
  if (size() != 1)
    Throw(absl::InvalidArgumentError(absl::StrCat("an array of shape ", shape_.ToTuple(), " is not one number")),
          where);
  return astype(DType::kInt64, where).reshape({}, where).at<int64_t>(where);
}

double NDArray::ScalarDouble() const {
  const Where where = Where::current();
  if (size() != 1)
    Throw(absl::InvalidArgumentError(absl::StrCat("an array of shape ", shape_.ToTuple(), " is not one number")),
          where);
  return astype(DType::kFloat64, where).reshape({}, where).at<double>(where);
}

std::string NDArray::str() const { return print::ArrayStr(Dense(/*share=*/true)); }
std::string NDArray::repr() const { return print::ArrayRepr(Dense(/*share=*/true)); }

std::ostream& operator<<(std::ostream& out, const NDArray& array) { return out << array.str(); }

Operand::Operand(const NDArray& array, Where where) : Operand(array.host(), where) {}

}  // namespace eager
