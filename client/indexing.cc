#include "client/indexing.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/array.h"
#include "client/core/compose.h"
#include "client/core/strided_index.h"
#include "client/variable.h"

namespace eager {
namespace internal {

StridedIndex ToStridedIndex(absl::Span<const Index> index) {
  const Shape vector{static_cast<int64_t>(index.size())};
  const TensorSpec spec{DType::kInt64, vector};
  StridedIndex s{HostTensor(spec), HostTensor(spec), HostTensor(spec), {}};
  int64_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    // Whoever names more axes than masks have bits is refused by the op itself.
    const int64_t bit = i < 63 ? int64_t{1} << i : 0;
    const Slice& slice = index[i].slice();
    s.strides.values<int64_t>()[i] = 1;
    switch (index[i].kind()) {
      case Index::Kind::kAt:
        s.begin.values<int64_t>()[i] = index[i].at();
        s.end.values<int64_t>()[i] = index[i].at() + (index[i].at() == std::numeric_limits<int64_t>::max() ? 0 : 1);
        shrink_axis_mask |= bit;
        break;
      case Index::Kind::kSlice:
        s.begin.values<int64_t>()[i] = slice.start.value_or(0);
        s.end.values<int64_t>()[i] = slice.stop.value_or(0);
        s.strides.values<int64_t>()[i] = slice.step.value_or(1);
        if (!slice.start.has_value()) begin_mask |= bit;
        if (!slice.stop.has_value()) end_mask |= bit;
        break;
      case Index::Kind::kEllipsis:
        ellipsis_mask |= bit;
        break;
      case Index::Kind::kNewAxis:
        new_axis_mask |= bit;
        break;
      case Index::Kind::kMask:
        throw Error(absl::InvalidArgumentError("a bool tensor as an index must be the only one, and of a Tensor"), index[i].where());
    }
  }
  s.masks = {{"begin_mask", begin_mask},
             {"end_mask", end_mask},
             {"ellipsis_mask", ellipsis_mask},
             {"new_axis_mask", new_axis_mask},
             {"shrink_axis_mask", shrink_axis_mask}};
  return s;
}

std::string ToString(absl::Span<const Index> index) {
  return absl::StrCat("[", absl::StrJoin(index, ", ", [](std::string* out, const Index& i) { *out += i.ToString(); }),
                      "]");
}

}  // namespace internal

namespace {

Tensor Part(const Tensor& x, absl::Span<const Index> index) {
  if (index.size() == 1 && index[0].kind() == Index::Kind::kMask) {
    return boolean_mask(Operand(x, index[0].where()), Operand(index[0].mask(), index[0].where()));
  }
  const std::source_location where = index.empty() && x.valid() ? x.state()->where
                                     : index.empty()            ? std::source_location::current()
                                                                : index[0].where();
  const internal::StridedIndex s = internal::ToStridedIndex(index);
  const Operand operands[] = {{x, where}, {s.begin, where}, {s.end, where}, {s.strides, where}};
  try {
    return internal::Call1(internal::Op("StridedSlice"), operands, s.masks, where);
  } catch (const Error& e) {
    if (e.code() != absl::StatusCode::kInvalidArgument || !x.valid() || !x.state()->shape_known) throw;
    throw Error(absl::InvalidArgumentError(absl::StrCat(e.status().message(), " (index ", internal::ToString(index),
                                                        " of a tensor of shape ", x.shape().ToTuple(), ")")),
                where);
  }
}

}  // namespace

Index::Index(const Tensor& tensor, Where where) : kind_(Kind::kMask), where_(where) {
  const internal::Term value(tensor, where);
  if (tensor.valid() && value.dtype() == DType::kBool) {
    mask_ = tensor;
  } else if (tensor.valid() && IsInteger(value.dtype()) && value.rank() == 0) {
    kind_ = Kind::kAt;
    at_ = value.Cast(DType::kInt64).tensor().read<int64_t>(where)[0];
  } else {
    const std::string got = tensor.valid() ? absl::StrCat(Name(value.dtype()), " of shape ", value.shape().ToString()) : "none";
    internal::Refuse(absl::StrCat("a tensor as an index must be an integer scalar or a bool mask, got ", got), where);
  }
}

std::string Index::ToString() const {
  const auto bound = [](const std::optional<int64_t>& b) { return b.has_value() ? absl::StrCat(*b) : ""; };
  switch (kind_) {
    case Kind::kAt:
      return absl::StrCat(at_);
    case Kind::kSlice:
      return absl::StrCat(bound(slice_.start), ":", bound(slice_.stop), slice_.step.has_value() ? ":" : "",
                          bound(slice_.step));
    case Kind::kEllipsis:
      return "...";
    case Kind::kNewAxis:
      return "newaxis";
    case Kind::kMask:
      return "mask";
  }
  return "";
}

Tensor Tensor::operator[](const Index& index) const { return Part(*this, {&index, 1}); }
Tensor Tensor::operator[](std::initializer_list<Index> index) const {
  return Part(*this, {index.begin(), index.size()});
}

Tensor Variable::operator[](const Index& index) const { return read_value(index.where())[index]; }
Tensor Variable::operator[](std::initializer_list<Index> index) const {
  return read_value(index.size() == 0 ? Line() : index.begin()->where())[index];
}

}  // namespace eager
