#include "client/gather.h"

#include <algorithm>

#include "client/core/compose.h"

namespace eager {
namespace {

using internal::Run;
using internal::RunList;
using internal::Term;
using internal::Where;

// Rows of indices with the position along each batch axis put in front, so that they name places of the whole tensor.
Term WithBatchPositions(const Term& indices, int batch_dims) {
  const Where& where = indices.where();
  const Shape& shape = indices.shape();
  Shape column = shape;
  column.set_dim(shape.rank() - 1, 1);
  std::vector<Tensor> columns;
  for (int axis = 0; axis < batch_dims; ++axis) {
    Shape along(Shape::Dims(static_cast<size_t>(shape.rank()), 1));
    along.set_dim(axis, shape[axis]);
    const Term positions(Run("Range", {Operand(0, where), Operand(shape[axis], where), Operand(1, where)},
                             {{"Tidx", indices.dtype()}}),
                         where);
    columns.push_back(positions.Reshape(along).To("BroadcastTo", Operand(column, where)));
  }
  std::vector<Operand> parts;
  for (const Tensor& t : columns) parts.emplace_back(t, where);
  parts.emplace_back(indices);
  parts.emplace_back(-1, where);
  return {RunList("ConcatV2", parts), where};
}

}  // namespace

Tensor gather(const Operand& params, const Operand& indices, const GatherOptions& options) {
  const int64_t axis = options.axis.value_or(options.batch_dims);
  return Run("GatherV2", {params, indices, Operand(axis, params.where())}, {{"batch_dims", options.batch_dims}});
}

Tensor gather_nd(const Operand& params, const Operand& indices, int64_t batch_dims) {
  if (batch_dims == 0) return Run("GatherNd", {params, indices});
  const Where& where = params.where();
  const Term values = params, rows = indices;
  const Shape &p = values.shape(), &i = rows.shape();
  const int limit = std::min(p.rank(), i.rank() - 1);
  if (batch_dims < 0 || batch_dims > limit) {
    internal::Refuse(absl::StrCat("gather_nd: batch_dims must be in the range [0, ", limit, "] for params of shape ",
                                  p.ToString(), " and indices of shape ", i.ToString(), ", got ", batch_dims),
                     where);
  }
  if (!std::equal(p.dims().begin(), p.dims().begin() + batch_dims, i.dims().begin())) {
    internal::Refuse(absl::StrCat("gather_nd: the first ", batch_dims, " axes of params, of shape ", p.ToString(),
                                  ", and of indices, of shape ", i.ToString(), ", must be equal"),
                     where);
  }
  return Run("GatherNd", {values, WithBatchPositions(rows, static_cast<int>(batch_dims))});
}

Tensor scatter_nd(const Operand& indices, const Operand& updates, const Operand& shape) {
  return Run("ScatterNd", {indices, updates, shape});
}
Tensor tensor_scatter_nd_add(const Operand& tensor, const Operand& indices, const Operand& updates) {
  return Run("TensorScatterAdd", {tensor, indices, updates});
}
Tensor tensor_scatter_nd_sub(const Operand& tensor, const Operand& indices, const Operand& updates) {
  return Run("TensorScatterAdd", {tensor, indices, Term(updates).To("Neg")});
}
Tensor tensor_scatter_nd_update(const Operand& tensor, const Operand& indices, const Operand& updates) {
  return Run("TensorScatterUpdate", {tensor, indices, updates});
}

}  // namespace eager
