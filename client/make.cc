#include "client/make.h"

#include <algorithm>

#include "client/array.h"
#include "client/constant.h"
#include "client/core/compose.h"
#include "client/reduce.h"

namespace eager {
namespace {

using internal::Refuse;
using internal::Run;
using internal::Term;
using internal::Where;

Tensor Like(absl::string_view op, const Operand& x, std::optional<DType> dtype) {
  const Term made(Run(op, {x}), x.where());
  return dtype.has_value() ? made.Cast(*dtype) : made;
}

// A tensor cast to the dtype; a number takes it by itself.
Operand InType(const Operand& x, std::optional<DType> dtype, std::optional<Term>& held) {
  const bool number = x.kind() != Operand::Kind::kTensor;
  if (number || !dtype.has_value()) return x;
  held = Term(x).Cast(*dtype);
  return *held;
}

// on_value or off_value of one_hot: the number that stands for it where none is given.
Operand HotValue(const std::optional<Operand>& given, bool on, DType dtype, const Where& where) {
  if (given.has_value()) return *given;
  return dtype == DType::kBool ? Operand(on, where) : Operand(on ? 1 : 0, where);
}

DType HotType(const OneHotOptions& options, const Where& where) {
  std::optional<DType> found = options.dtype;
  for (const std::optional<Operand>& value : {options.on_value, options.off_value}) {
    if (!value.has_value() || value->kind() == Operand::Kind::kInt || value->kind() == Operand::Kind::kFloat) continue;
    const DType own = value->kind() == Operand::Kind::kBool ? DType::kBool : Term(*value).dtype();
    if (found.has_value() && *found != own) {
      Refuse(absl::StrCat("one_hot: on_value, off_value and dtype must agree, got ", Name(*found), " and ", Name(own)), where);
    }
    found = own;
  }
  return found.value_or(DType::kFloat32);
}

}  // namespace

Tensor fill(const Operand& dims, const Operand& value) { return Run("Fill", {dims, value}); }

Tensor zeros(const Shape& shape, DType dtype, std::source_location where) {
  const Term zero(constant(HostTensor(TensorSpec{dtype, Shape()}), where), where);
  return Run("Fill", {Operand(shape, where), zero});
}
Tensor ones(const Shape& shape, DType dtype, std::source_location where) {
  const Term zero(zeros(Shape(), dtype, where), where);
  return Run("Fill", {Operand(shape, where), zero.To("OnesLike")});
}
Tensor zeros_like(const Operand& x, std::optional<DType> dtype) { return Like("ZerosLike", x, dtype); }
Tensor ones_like(const Operand& x, std::optional<DType> dtype) { return Like("OnesLike", x, dtype); }

Tensor range(const Operand& limit) { return range(Operand(0, limit.where()), limit, Operand(1, limit.where())); }

Tensor range(const Operand& start, const Operand& limit, const Operand& delta, std::optional<DType> dtype) {
  if (!dtype.has_value()) return Run("Range", {start, limit, delta});
  std::optional<Term> a, b, c;
  return Run("Range", {InType(start, dtype, a), InType(limit, dtype, b), InType(delta, dtype, c)}, {{"Tidx", *dtype}});
}

Tensor linspace(const Operand& start, const Operand& stop, int64_t num, int64_t axis) {
  const Where& where = start.where();
  if (num < 0) Refuse(absl::StrCat("linspace: num must not be negative, got ", num), where);
  // Numbers of the host become float32 here, or what the other end is.
  const auto is_number = [](const Operand& x) { return x.kind() == Operand::Kind::kInt || x.kind() == Operand::Kind::kFloat; };
  const DType dtype = !is_number(start) ? Term(start).dtype() : !is_number(stop) ? Term(stop).dtype() : DType::kFloat32;
  const auto end = [&](const Operand& x) {
    return is_number(x) ? Term(Run("Cast", {Operand(x.float_value(), where)}, {{"DstT", dtype}, {"SrcT", DType::kFloat64}}), where)
                        : Term(x);
  };
  const Term from = end(start), to = end(stop);
  const Term shape(Run("BroadcastArgs", {from.To("Shape"), to.To("Shape")}), where);
  const auto expand = [&](const Term& x) {
    return x.To("BroadcastTo", shape).To("ExpandDims", Operand(axis, where));
  };
  const Term first = expand(from), last = expand(to);
  const int rank = first.rank();
  const int64_t at = internal::AxisOf(axis, rank, "linspace", where);
  // start and stop themselves, and between them start + i * delta.
  const int64_t steps = std::max<int64_t>(num - 1, 1);
  const Term delta = (last - first).To("RealDiv", Operand(static_cast<double>(steps), where));
  Shape along(Shape::Dims(static_cast<size_t>(rank), 1));
  along.set_dim(static_cast<int>(at), steps - 1);
  const Term index(Run("Range", {Operand(1, where), Operand(steps, where), Operand(1, where)}, {{"Tidx", DType::kInt64}}), where);
  const Term inner = first + delta * index.Cast(dtype).Reshape(along);
  const Term all(internal::RunList("ConcatV2", {first, inner, last, Operand(at, where)}), where);
  std::vector<int64_t> begin(static_cast<size_t>(rank), 0), size(static_cast<size_t>(rank), -1);
  size[static_cast<size_t>(at)] = num;
  return Run("Slice", {all, Operand(begin, where), Operand(size, where)});
}

Tensor eye(int64_t num_rows, const EyeOptions& options, std::source_location where) {
  const int64_t columns = options.num_columns.value_or(num_rows);
  if (num_rows < 0 || columns < 0) {
    Refuse(absl::StrCat("eye: num_rows and num_columns must not be negative, got ", num_rows, " and ", columns), where);
  }
  const auto indices = [&](int64_t n) { return Term(range(Operand(n, where)), where); };
  const Term diagonal = indices(num_rows).Reshape({num_rows, 1}).To("Equal", indices(columns));
  Shape shape = options.batch_shape;
  shape.push_back(num_rows);
  shape.push_back(columns);
  return diagonal.Cast(options.dtype).To("BroadcastTo", Operand(shape, where));
}

Tensor one_hot(const Operand& indices, const Operand& depth, const OneHotOptions& options) {
  const DType dtype = HotType(options, indices.where());
  const Where& where = indices.where();
  return Run("OneHot",
             {indices, depth, HotValue(options.on_value, true, dtype, where), HotValue(options.off_value, false, dtype, where)},
             {{"axis", options.axis}, {"T", dtype}});
}

std::vector<Tensor> meshgrid(const std::vector<Operand>& vectors, const std::string& indexing) {
  const Where where = vectors.empty() ? Where::current() : vectors[0].where();
  if (indexing != "xy" && indexing != "ij") {
    Refuse(absl::StrCat("meshgrid: indexing must be 'xy' or 'ij', got '", indexing, "'"), where);
  }
  std::vector<Term> terms(vectors.begin(), vectors.end());
  Shape grid;
  for (const Term& t : terms) grid.push_back(t.shape().num_elements());
  const bool swap = indexing == "xy" && terms.size() > 1;
  std::vector<Tensor> result;
  for (size_t i = 0; i < terms.size(); ++i) {
    const size_t axis = swap && i < 2 ? 1 - i : i;
    Shape along(Shape::Dims(terms.size(), 1)), whole = grid;
    along.set_dim(static_cast<int>(axis), grid[static_cast<int>(i)]);
    if (swap) whole.set_dim(0, grid[1]), whole.set_dim(1, grid[0]);
    result.push_back(terms[i].Reshape(along).To("BroadcastTo", Operand(whole, where)));
  }
  return result;
}

Tensor sequence_mask(const Operand& lengths, const std::optional<Operand>& maxlen, DType dtype) {
  const Where& where = lengths.where();
  const Term counts = lengths;
  const Term limit = maxlen.has_value() ? Term(*maxlen).Cast(counts.dtype())
                                        : Term(reduce_max(counts), where).To("Maximum", Operand(0, where));
  const Term positions(Run("Range", {Operand(0, where), limit, Operand(1, where)}), where);
  return positions.To("Less", Term(expand_dims(counts, -1), where)).Cast(dtype);
}

}  // namespace eager
