// Ops on lists of tensors.
//
// Source: tensorflow/core/kernels/list_kernels.cc and the op definitions of list_ops.cc.
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/runner.h"
#include "server/rpc/tensorflow/tensor_list.h"

namespace eager::server::tf {
namespace {

constexpr int64_t kMostItems = int64_t{1} << 24;

absl::StatusOr<PartialShape> ShapeInput(const OpCall& call, int i) {
  ASSIGN_OR_RETURN(const HostTensor values, call.host(i));
  absl::StatusOr<PartialShape> shape = PartialShape::FromTensor(values);
  if (!shape.ok()) return call.Invalid(absl::StrCat("input ", i, ": ", shape.status().message()));
  return shape;
}

// Input 0, to be changed: itself if this call alone has it, else a copy.
absl::StatusOr<RefPtr<TensorList>> ToChange(OpCall& call) {
  ASSIGN_OR_RETURN(RefPtr<TensorList> list, call.object<TensorList>(0));
  call.inputs()[0] = Value();
  if (list->HasOneRef()) return list;
  auto copy = MakeRef<TensorList>();
  copy->element_dtype = list->element_dtype;
  copy->element_shape = list->element_shape;
  copy->max_items = list->max_items;
  copy->items = list->items;
  return copy;
}

absl::Status CheckIndex(const OpCall& call, int64_t index, size_t items) {
  if (index >= 0 && index < static_cast<int64_t>(items)) return absl::OkStatus();
  return call.Invalid(absl::StrCat("Trying to access element ", index, " in a list with ", items, " elements."));
}

absl::Status CheckItem(const OpCall& call, const TensorList& list, const Value& item) {
  const TensorSpec spec = item.spec();
  if (spec.dtype != list.element_dtype) {
    return call.Invalid(absl::StrCat("Invalid data types; list elements ", Name(list.element_dtype), " but tried to add ", Name(spec.dtype)));
  }
  const PartialShape shape(std::vector<int64_t>(spec.shape.dims().begin(), spec.shape.dims().end()));
  if (item.object || list.element_shape.Merge(shape)) return absl::OkStatus();
  return call.Invalid(absl::StrCat("Tried to set a tensor with incompatible shape at a list element. Item element shape: ",
                                   spec.shape.ToString(), " list shape: ", list.element_shape.ToString()));
}

absl::StatusOr<PartialShape> Merged(const OpCall& call, const PartialShape& a, const PartialShape& b) {
  if (std::optional<PartialShape> merged = a.Merge(b)) return *std::move(merged);
  return call.Invalid(absl::StrCat("incompatible shapes of elements: ", a.ToString(), " and ", b.ToString()));
}

absl::StatusOr<Value> Zeros(const OpCall& call, DType dtype, const Shape& shape) {
  if (dtype == DType::kVariant) {  // a list of lists
    return call.Invalid("an element that was never set is read, and it is a list");
  }
  ASSIGN_OR_RETURN(const TensorRef dims, call.runner().Constant(
      HostTensor::FromSpan<int64_t>(Shape({shape.rank()}), shape.dims()), call.frame()));
  HostTensor zero = dtype == DType::kString ? HostTensor::Strings(Shape(), {std::string()}) : HostTensor(TensorSpec{dtype, Shape()});
  ASSIGN_OR_RETURN(const TensorRef value, call.runner().Constant(zero, call.frame()));
  ASSIGN_OR_RETURN(Tensors filled, call.runner().RunRow("Fill", {{dims, value}}, {}, call.frame()));
  return Value(std::move(filled[0]));
}

// What elements without a value are taken for, given what is known of the others.
absl::StatusOr<Shape> ShapeOfElements(const OpCall& call, const TensorList& list, PartialShape known) {
  for (const Value& item : list.items) {
    if (known.Full()) break;
    if (!item.tensor) continue;
    const auto dims = item.tensor->shape().dims();
    ASSIGN_OR_RETURN(known, Merged(call, known, PartialShape(std::vector<int64_t>(dims.begin(), dims.end()))));
  }
  if (std::optional<Shape> shape = known.Full()) return *std::move(shape);
  return call.Invalid(absl::StrCat("Trying to read an uninitialized element, and the shape of the elements is not fully known: ", known.ToString()));
}

absl::StatusOr<Value> ItemOf(const OpCall& call, const TensorList& list, size_t index, const PartialShape& shape) {
  if (list.items[index]) return list.items[index];
  ASSIGN_OR_RETURN(const PartialShape known, Merged(call, list.element_shape, shape));
  ASSIGN_OR_RETURN(const Shape full, ShapeOfElements(call, list, known));
  return Zeros(call, list.element_dtype, full);
}

absl::Status New(OpCall& call, int64_t items, int64_t max_items) {
  auto list = MakeRef<TensorList>();
  ASSIGN_OR_RETURN(list->element_dtype, call.attrs().Type("element_dtype"));
  ASSIGN_OR_RETURN(list->element_shape, ShapeInput(call, 0));
  if (items < 0 || items > kMostItems) return call.Invalid(absl::StrCat("The num_elements to reserve must be from 0 to ", kMostItems, ", got ", items));
  list->items.resize(static_cast<size_t>(items));
  list->max_items = max_items;
  call.Return(std::move(list));
  return absl::OkStatus();
}

absl::Status Reserve(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t items, call.integer(1));
  return New(call, items, -1);
}

absl::Status Empty(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t max_items, call.integer(1));
  return New(call, 0, max_items);
}

absl::Status SetItem(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t index, call.integer(1));
  if (call.num_inputs() < 3) return call.Invalid("the item is missing");
  Value item = call.inputs()[2];
  ASSIGN_OR_RETURN(RefPtr<TensorList> list, ToChange(call));
  RETURN_IF_ERROR(CheckItem(call, *list, item));
  if (call.attrs().Bool("resize_if_index_out_of_bounds", false) && index >= static_cast<int64_t>(list->items.size()) && index < kMostItems) {
    list->items.resize(static_cast<size_t>(index) + 1);
  }
  RETURN_IF_ERROR(CheckIndex(call, index, list->items.size()));
  list->items[static_cast<size_t>(index)] = std::move(item);
  call.Return(std::move(list));
  return absl::OkStatus();
}

absl::Status GetItem(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  ASSIGN_OR_RETURN(const int64_t index, call.integer(1));
  ASSIGN_OR_RETURN(const PartialShape shape, ShapeInput(call, 2));
  RETURN_IF_ERROR(CheckIndex(call, index, list->items.size()));
  ASSIGN_OR_RETURN(Value item, ItemOf(call, *list, static_cast<size_t>(index), shape));
  call.Return(std::move(item));
  return absl::OkStatus();
}

absl::Status PushBack(OpCall& call) {
  if (call.num_inputs() < 2) return call.Invalid("the item is missing");
  Value item = call.inputs()[1];
  ASSIGN_OR_RETURN(RefPtr<TensorList> list, ToChange(call));
  RETURN_IF_ERROR(CheckItem(call, *list, item));
  const auto size = static_cast<int64_t>(list->items.size());
  if (size >= kMostItems || (list->max_items >= 0 && size >= list->max_items)) {
    return call.Invalid(absl::StrCat("Tried to push item into a full list list size: ", size, " max_num_elements: ", list->max_items));
  }
  list->items.push_back(std::move(item));
  call.Return(std::move(list));
  return absl::OkStatus();
}

absl::Status PopBack(OpCall& call) {
  ASSIGN_OR_RETURN(const PartialShape shape, ShapeInput(call, 1));
  ASSIGN_OR_RETURN(RefPtr<TensorList> list, ToChange(call));
  if (list->items.empty()) return call.Invalid("Trying to pop from an empty list.");
  ASSIGN_OR_RETURN(Value item, ItemOf(call, *list, list->items.size() - 1, shape));
  list->items.pop_back();
  call.Return(std::move(list));
  call.Return(std::move(item));
  return absl::OkStatus();
}

absl::Status Length(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  ASSIGN_OR_RETURN(TensorRef length, call.runner().Constant(HostTensor::Scalar(static_cast<int32_t>(list->items.size())), call.frame()));
  call.Return(std::move(length));
  return absl::OkStatus();
}

absl::Status ElementShape(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  const std::vector<int64_t> dims = list->element_shape.dims().value_or(std::vector<int64_t>{-1});
  const Shape shape = list->element_shape.dims() ? Shape({static_cast<int64_t>(dims.size())}) : Shape();
  HostTensor values = HostTensor::FromSpan<int64_t>(shape, dims);
  const absl::StatusOr<DType> wanted = call.attrs().Type("shape_type");
  if (wanted.ok() && *wanted == DType::kInt32) {
    values = HostTensor::FromSpan<int32_t>(shape, std::vector<int32_t>(dims.begin(), dims.end()));
  }
  ASSIGN_OR_RETURN(TensorRef made, call.runner().Constant(values, call.frame()));
  call.Return(std::move(made));
  return absl::OkStatus();
}

absl::Status Resize(OpCall& call) {
  ASSIGN_OR_RETURN(const int64_t size, call.integer(1));
  ASSIGN_OR_RETURN(RefPtr<TensorList> list, ToChange(call));
  if (size < 0 || size > kMostItems) return call.Invalid(absl::StrCat("the size must be from 0 to ", kMostItems, ", got ", size));
  list->items.resize(static_cast<size_t>(size));
  call.Return(std::move(list));
  return absl::OkStatus();
}

// The items one above the other.
absl::StatusOr<Value> Pack(const OpCall& call, const TensorList& list, absl::Span<const size_t> which, const PartialShape& wanted) {
  ASSIGN_OR_RETURN(const PartialShape known, Merged(call, list.element_shape, wanted));
  if (which.empty()) {
    const std::optional<Shape> shape = known.Full();
    if (!shape) return call.Invalid(absl::StrCat("Tried to stack an empty list with non-fully-defined element_shape: ", known.ToString()));
    Shape::Dims dims(shape->dims().begin(), shape->dims().end());
    dims.insert(dims.begin(), 0);
    return Zeros(call, list.element_dtype, Shape(std::move(dims)));
  }
  Tensors items;
  for (size_t i : which) {
    ASSIGN_OR_RETURN(const Value item, ItemOf(call, list, i, wanted));
    if (!item.tensor) return call.Invalid("a list of lists cannot be stacked");
    items.push_back(item.tensor);
  }
  ASSIGN_OR_RETURN(Tensors packed, call.runner().RunRow("Pack", items, {{"axis", int64_t{0}}}, call.frame()));
  return Value(std::move(packed[0]));
}

absl::Status Stack(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  ASSIGN_OR_RETURN(const PartialShape shape, ShapeInput(call, 1));
  const int64_t expected = call.attrs().Int("num_elements", -1);
  if (expected >= 0 && expected != static_cast<int64_t>(list->items.size())) {
    return call.Invalid(absl::StrCat("Operation expected a list with ", expected, " elements but got a list with ", list->items.size(), " elements."));
  }
  std::vector<size_t> all(list->items.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  ASSIGN_OR_RETURN(Value stacked, Pack(call, *list, all, shape));
  call.Return(std::move(stacked));
  return absl::OkStatus();
}

absl::Status Gather(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  ASSIGN_OR_RETURN(const HostTensor indices, call.host(1));
  ASSIGN_OR_RETURN(const PartialShape shape, ShapeInput(call, 2));
  std::vector<size_t> which;
  for (int64_t index : ToInts(indices.view())) {
    RETURN_IF_ERROR(CheckIndex(call, index, list->items.size()));
    which.push_back(static_cast<size_t>(index));
  }
  ASSIGN_OR_RETURN(Value gathered, Pack(call, *list, which, shape));
  call.Return(std::move(gathered));
  return absl::OkStatus();
}

// The rows of input 0 as items.
absl::StatusOr<Values> Rows(const OpCall& call) {
  ASSIGN_OR_RETURN(const TensorRef tensor, call.tensor(0));
  if (tensor->shape().is_scalar()) return call.Invalid("Tensor must be at least a vector, but saw shape: []");
  const int64_t n = tensor->shape().dim(0);
  if (n > kMostItems) return call.Invalid(absl::StrCat("a list may have ", kMostItems, " elements, and there are ", n));
  if (n == 0) return Values();
  ASSIGN_OR_RETURN(Tensors rows, call.runner().RunRow("Unpack", {{tensor}}, {{"num", n}, {"axis", int64_t{0}}}, call.frame()));
  return Values(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

absl::Status FromTensor(OpCall& call) {
  auto list = MakeRef<TensorList>();
  ASSIGN_OR_RETURN(list->items, Rows(call));
  ASSIGN_OR_RETURN(const TensorRef tensor, call.tensor(0));
  list->element_dtype = tensor->dtype();
  ASSIGN_OR_RETURN(const PartialShape given, ShapeInput(call, 1));
  const auto dims = tensor->shape().dims().subspan(1);
  ASSIGN_OR_RETURN(list->element_shape, Merged(call, given, PartialShape(std::vector<int64_t>(dims.begin(), dims.end()))));
  call.Return(std::move(list));
  return absl::OkStatus();
}

// Rows of input 0 become the items at these indices of a new list.
absl::Status Scatter(OpCall& call) {
  auto list = MakeRef<TensorList>();
  ASSIGN_OR_RETURN(Values rows, Rows(call));
  ASSIGN_OR_RETURN(const HostTensor indices, call.host(1));
  ASSIGN_OR_RETURN(list->element_shape, ShapeInput(call, 2));
  ASSIGN_OR_RETURN(const TensorRef tensor, call.tensor(0));
  list->element_dtype = tensor->dtype();
  int64_t size = -1;
  if (call.num_inputs() > 3) {
    ASSIGN_OR_RETURN(size, call.integer(3));
  }
  const HostInts at = ToInts(indices.view());
  if (at.size() != rows.size()) return call.Invalid(absl::StrCat("there are ", at.size(), " indices for ", rows.size(), " rows"));
  if (size < 0) {
    for (int64_t index : at) size = std::max(size, index);
    ++size;
  }
  if (size > kMostItems) return call.Invalid(absl::StrCat("a list may have ", kMostItems, " elements, and ", size, " are asked for"));
  list->items.resize(static_cast<size_t>(size));
  for (size_t i = 0; i < rows.size(); ++i) {
    RETURN_IF_ERROR(CheckIndex(call, at[i], list->items.size()));
    list->items[static_cast<size_t>(at[i])] = std::move(rows[i]);
  }
  call.Return(std::move(list));
  return absl::OkStatus();
}

// The items one behind the other, and how long each is.
absl::Status Concat(OpCall& call) {
  ASSIGN_OR_RETURN(const RefPtr<TensorList> list, call.object<TensorList>(0));
  Tensors items;
  std::vector<int64_t> lengths;
  for (const Value& item : list->items) {
    if (!item.tensor || item.tensor->shape().is_scalar()) return call.Invalid("Concat requires elements to be at least vectors, found one without a value or a scalar");
    items.push_back(item.tensor);
    lengths.push_back(item.tensor->shape().dim(0));
  }
  if (items.empty()) return call.Invalid("All except the first dimension must be fully defined when concating an empty tensor list");
  TensorRef joined = items[0];
  if (items.size() > 1) {
    ASSIGN_OR_RETURN(const TensorRef axis, call.runner().Constant(HostTensor::Scalar<int32_t>(0), call.frame()));
    items.push_back(axis);
    ASSIGN_OR_RETURN(Tensors concatenated, call.runner().RunRow("ConcatV2", items, {}, call.frame()));
    joined = std::move(concatenated[0]);
  }
  call.Return(std::move(joined));
  ASSIGN_OR_RETURN(TensorRef counted, call.runner().Constant(
      HostTensor::FromSpan<int64_t>(Shape({static_cast<int64_t>(lengths.size())}), lengths), call.frame()));
  call.Return(std::move(counted));
  return absl::OkStatus();
}

// Input 0 cut into items of these lengths.
absl::Status Split(OpCall& call) {
  ASSIGN_OR_RETURN(const TensorRef tensor, call.tensor(0));
  ASSIGN_OR_RETURN(const HostTensor lengths, call.host(2));
  auto list = MakeRef<TensorList>();
  ASSIGN_OR_RETURN(list->element_shape, ShapeInput(call, 1));
  list->element_dtype = tensor->dtype();
  ASSIGN_OR_RETURN(const TensorRef sizes, call.tensor(2));
  ASSIGN_OR_RETURN(const TensorRef axis, call.runner().Constant(HostTensor::Scalar<int32_t>(0), call.frame()));
  if (lengths.num_elements() > 0) {
    ASSIGN_OR_RETURN(Tensors parts, call.runner().RunRow("SplitV", {{tensor, sizes, axis}}, {{"num_split", lengths.num_elements()}}, call.frame()));
    list->items.assign(std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end()));
  }
  call.Return(std::move(list));
  return absl::OkStatus();
}

constexpr OpRow kRows[] = {
    {"TensorListReserve", "handle", &Reserve},
    {"EmptyTensorList", "handle", &Empty},
    {"TensorListSetItem", "output_handle", &SetItem},
    {"TensorListGetItem", "item", &GetItem},
    {"TensorListPushBack", "output_handle", &PushBack},
    {"TensorListPopBack", "output_handle, tensor", &PopBack},
    {"TensorListLength", "length", &Length},
    {"TensorListElementShape", "element_shape", &ElementShape},
    {"TensorListResize", "output_handle", &Resize},
    {"TensorListStack", "tensor", &Stack},
    {"TensorListGather", "values", &Gather},
    {"TensorListFromTensor", "output_handle", &FromTensor},
    {"TensorListScatterV2", "output_handle", &Scatter},
    {"TensorListConcatV2", "tensor, lengths", &Concat},
    {"TensorListSplit", "output_handle", &Split},
};

}  // namespace

absl::Span<const OpRow> TensorListOps() { return kRows; }

namespace {

absl::Status PassOn(OpCall& call) {
  call.outputs() = std::move(call.inputs());
  return absl::OkStatus();
}

absl::StatusOr<Value> ZerosLikeValue(const OpCall& call, const Value& value) {
  if (!value) return Value();
  if (value.tensor) {
    ASSIGN_OR_RETURN(Tensors zeros, call.runner().RunRow("ZerosLike", {{value.tensor}}, {}, call.frame()));
    return Value(std::move(zeros[0]));
  }
  const auto* list = dynamic_cast<const TensorList*>(value.object.get());
  if (list == nullptr) return call.Invalid(absl::StrCat("input 0 is ", value.object->kind(), ", which has no zero"));
  auto zeros = MakeRef<TensorList>();
  zeros->element_dtype = list->element_dtype;
  zeros->element_shape = list->element_shape;
  for (const Value& item : list->items) {
    ASSIGN_OR_RETURN(Value zero, ZerosLikeValue(call, item));
    zeros->items.push_back(std::move(zero));
  }
  return Value(std::move(zeros));
}

absl::Status ZerosLikeObject(OpCall& call) {
  ASSIGN_OR_RETURN(Value zeros, ZerosLikeValue(call, call.inputs()[0]));
  call.Return(std::move(zeros));
  return absl::OkStatus();
}

// An element without a value counts as 0.
absl::StatusOr<Value> Sum(const OpCall& call, const Value& a, const Value& b) {
  if (!a) return b;
  if (!b) return a;
  if (a.tensor && b.tensor) {
    ASSIGN_OR_RETURN(Tensors sum, call.runner().RunRow("AddV2", {{a.tensor, b.tensor}}, {}, call.frame()));
    return Value(std::move(sum[0]));
  }
  const auto* x = dynamic_cast<const TensorList*>(a.object.get());
  const auto* y = dynamic_cast<const TensorList*>(b.object.get());
  if (x == nullptr || y == nullptr || x->items.size() != y->items.size() || x->element_dtype != y->element_dtype) {
    return call.Invalid("Trying to add two lists of tensors with different lengths or dtypes, or what is no list");
  }
  auto sum = MakeRef<TensorList>();
  sum->element_dtype = x->element_dtype;
  ASSIGN_OR_RETURN(sum->element_shape, Merged(call, x->element_shape, y->element_shape));
  for (size_t i = 0; i < x->items.size(); ++i) {
    ASSIGN_OR_RETURN(Value item, Sum(call, x->items[i], y->items[i]));
    sum->items.push_back(std::move(item));
  }
  return Value(std::move(sum));
}

absl::Status AddObjects(OpCall& call) {
  Value sum = call.inputs()[0];
  for (size_t i = 1; i < call.inputs().size(); ++i) {
    ASSIGN_OR_RETURN(sum, Sum(call, sum, call.inputs()[i]));
  }
  call.Return(std::move(sum));
  return absl::OkStatus();
}

absl::Status Destroy(OpCall& call) {
  call.runner().keeper()->Forget(*call.inputs()[0].object);
  return absl::OkStatus();
}

constexpr OpRow kOnObjects[] = {
    {"Identity", "output", &PassOn},       {"IdentityN", "output", &PassOn},
    {"StopGradient", "output", &PassOn},   {"PreventGradient", "output", &PassOn},
    {"Snapshot", "output", &PassOn},       {"PlaceholderWithDefault", "output", &PassOn},
    {"ZerosLike", "y", &ZerosLikeObject},  {"AddN", "sum", &AddObjects},
    {"AddV2", "z", &AddObjects},           {"DestroyResourceOp", "", &Destroy},
};

}  // namespace

const OpRow* FindOpOnObjects(absl::string_view name) {
  for (const OpRow& row : kOnObjects) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace eager::server::tf
