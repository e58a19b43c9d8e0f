#include "server/rpc/tensorflow/dataset.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server::tf {
namespace {

constexpr int kDeepest = 1000;  // of iterators that ask each other, on one thread

class Level {
 public:
  Level() { ++depth_; }
  ~Level() { --depth_; }
  absl::Status Check(Runner& runner) const {
    if (depth_ > kDeepest) return absl::ResourceExhaustedError(absl::StrCat("datasets are nested more than ", kDeepest, " deep"));
    return runner.CountCall("datasets");
  }

 private:
  static thread_local int depth_;
};
thread_local int Level::depth_ = 0;

// A part that is small against the whole is copied more cheaply than it keeps all of it alive.
bool WorthSharing(size_t part, size_t whole) {
  constexpr size_t kLeastBytes = 4096, kLeastShare = 64;
  return part >= kLeastBytes && part >= whole / kLeastShare;
}

}  // namespace

absl::StatusOr<bool> DatasetIterator::Next(Runner& runner, const Frame& frame, Values* element) {
  const Level level;
  RETURN_IF_ERROR(level.Check(runner));
  element->clear();
  return Produce(runner, frame, element);
}

absl::StatusOr<IteratorPtr> Dataset::Iterate(Runner& runner, const Frame& frame) const {
  const Level level;
  RETURN_IF_ERROR(level.Check(runner));
  auto kept = std::make_unique<Kept>(runner.keeper());
  RETURN_IF_ERROR(kept->Add(1));
  ASSIGN_OR_RETURN(IteratorPtr made, MakeIterator(runner, frame));
  made->kept_ = std::move(kept);
  return made;
}

absl::Status Dataset::Error(absl::StatusCode code, absl::string_view message) const {
  return absl::Status(code, absl::StrCat(op(), ": ", message));
}

absl::StatusOr<RefPtr<Dataset>> DatasetInput(const OpCall& call, int i) { return call.object<Dataset>(i); }

absl::StatusOr<Values> OtherArguments(const OpCall& call, int first, int last) {
  if (call.num_inputs() < first + last) return call.Invalid(absl::StrCat("takes at least ", first + last, " inputs, got ", call.num_inputs()));
  const Values& inputs = call.inputs();
  return Values(inputs.begin() + first, inputs.end() - last);
}

absl::StatusOr<DTypes> TypesOf(const OpCall& call, const std::string& attr) {
  ASSIGN_OR_RETURN(DTypes types, call.attrs().Types(attr));
  for (DType type : types) {
    if (type == DType::kInvalid) return call.Invalid(absl::StrCat("attribute '", attr, "' names a dtype that this server does not have"));
  }
  return types;
}

absl::StatusOr<Values> ElementFunction::Call(const Dataset& dataset, Runner& runner, const Frame& frame, Values element) const {
  element.insert(element.end(), dataset.parts().begin() + static_cast<std::ptrdiff_t>(first_), dataset.parts().end());
  return runner.Call(function_, std::move(element), frame);
}

absl::StatusOr<bool> ElementFunction::Holds(const Dataset& dataset, Runner& runner, const Frame& frame, Values element) const {
  ASSIGN_OR_RETURN(const Values answer, Call(dataset, runner, frame, std::move(element)));
  RETURN_IF_ERROR(CheckElement(dataset.op(), answer, {DType::kBool}));
  if (answer[0].tensor->num_elements() != 1) return dataset.Invalid("the predicate must return a scalar bool");
  ASSIGN_OR_RETURN(const HostTensor holds, ToHost(*answer[0].tensor));
  return holds.values<bool>()[0];
}

absl::Status CheckElement(absl::string_view op, const Values& element, const DTypes& types) {
  if (element.size() != types.size()) {
    return absl::InvalidArgumentError(absl::StrCat(op, ": an element has ", types.size(), " components, got ", element.size()));
  }
  for (size_t i = 0; i < types.size(); ++i) {
    const DType got = element[i].spec().dtype;
    if (got == types[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat(op, ": component ", i, " must be ", Name(types[i]), ", got ", Name(got)));
  }
  return absl::OkStatus();
}

absl::StatusOr<TensorRef> OnHost(Runner& runner, const HostTensor& values) {
  return MakeTensor(values.spec(), values.bytes(), Place(runner.session().queues().host()));
}

absl::StatusOr<TensorRef> Row(Runner& runner, const Frame& frame, const TensorRef& tensor, int64_t i) {
  const auto dims = tensor->shape().dims().subspan(1);
  TensorSpec spec{tensor->dtype(), Shape(Shape::Dims(dims.begin(), dims.end()))};
  Device& device = *tensor->buffer()->device();
  if (tensor->dtype() == DType::kString || !device.host_accessible()) {
    const auto index = [&](int64_t at) { return OnHost(runner, HostTensor::FromSpan<int64_t>(Shape({1}), {at})); };
    ASSIGN_OR_RETURN(const TensorRef begin, index(i));
    ASSIGN_OR_RETURN(const TensorRef end, index(i + 1));
    ASSIGN_OR_RETURN(const TensorRef stride, index(1));
    ASSIGN_OR_RETURN(Tensors row, runner.RunRow("StridedSlice", {{tensor, begin, end, stride}}, {{"shrink_axis_mask", int64_t{1}}}, frame));
    return std::move(row[0]);
  }
  const size_t bytes = static_cast<size_t>(spec.shape.num_elements()) * SizeOf(spec.dtype);
  const size_t offset = tensor->offset() + static_cast<size_t>(i) * bytes;
  if (WorthSharing(bytes, tensor->num_bytes())) return MakeRef<Tensor>(std::move(spec), tensor->buffer(), offset);
  ASSIGN_OR_RETURN(BufferRef buffer, device.Allocate(bytes));
  if (bytes > 0) std::memcpy(buffer->data(), static_cast<const char*>(tensor->buffer()->data()) + offset, bytes);
  return MakeRef<Tensor>(std::move(spec), std::move(buffer));
}

}  // namespace eager::server::tf
