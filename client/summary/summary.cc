#include "client/summary/summary.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/summary/event.h"
#include "client/summary/event_file.h"
#include "client/summary/histogram.h"
#include "client/summary/image.h"
#include "client/summary/thread_state.h"
#include "common/visit_dtype.h"

namespace eager {
namespace internal {

SummaryThreadState& SummaryState() {
  static thread_local SummaryThreadState state;
  return state;
}

}  // namespace internal

namespace summary {
namespace {

using internal::SummaryState;
using internal::ThrowIfError;
using internal::ValueOrThrow;
using Where = std::source_location;

Error Refusal(Where where, const std::string& message) { return Error(absl::InvalidArgumentError(message), where); }

HostTensor Read(const Operand& operand) {
  switch (operand.kind()) {
    case Operand::Kind::kBool: return HostTensor::Scalar(operand.int_value() != 0);
    case Operand::Kind::kInt: return HostTensor::Scalar(operand.int_value());
    case Operand::Kind::kFloat: return HostTensor::Scalar(operand.float_value());
    case Operand::Kind::kInts:
      return HostTensor::FromSpan<int64_t>(Shape{static_cast<int64_t>(operand.ints().size())}, operand.ints());
    case Operand::Kind::kArray: return operand.array();
    case Operand::Kind::kTensor: break;
  }
  return operand.variable() != nullptr ? operand.variable()->numpy(operand.where()) : operand.tensor()->numpy(operand.where());
}

// Every element as a To, rounded once.
template <class To>
std::vector<To> ConvertTo(const HostTensor& values, absl::string_view function, Where where) {
  std::vector<To> converted;
  const auto convert = [&]<class T>() {
    converted.reserve(static_cast<size_t>(values.num_elements()));
    for (const T& x : values.values<T>()) {
      if constexpr (std::is_arithmetic_v<T>) {
        converted.push_back(static_cast<To>(x));
      } else {
        converted.push_back(static_cast<To>(static_cast<float>(x)));
      }
    }
  };
  VisitDType(values.dtype(), convert, [&] {
    throw Refusal(where, absl::StrCat(function, ": expected real numbers, got ", std::string(Name(values.dtype()))));
  });
  return converted;
}

// Hands one value to the default writer, at the step given or the thread's own.
bool Write(absl::string_view plugin, const std::string& name, const HostTensor& value, const std::optional<Step>& step,
           const std::string& description, Where where) {
  const internal::SummaryThreadState& state = SummaryState();
  const std::optional<Step>& chosen = step.has_value() ? step : state.step;
  if (!chosen.has_value()) {
    throw Refusal(where,
                  "No step set. Please specify one either through the `step` argument or through "
                  "summary::experimental::set_step()");
  }
  const std::string tag = absl::StrCat(state.scope, name);
  ThrowIfError(state.file->Append(internal::ValueEvent(internal::WallTime(), chosen->value(where), tag, value, plugin, description)),
               where);
  return true;
}

// What TensorFlow calls a summary without a name.
std::string Named(const std::string& name, const char* otherwise) { return name.empty() ? otherwise : name; }

}  // namespace

bool scalar(const std::string& name, const Operand& value, const std::optional<Step>& step, const ScalarOptions& options) {
  if (!should_record_summaries()) return false;
  const HostTensor read = Read(value);
  if (read.shape().rank() != 0) {
    throw Refusal(value.where(), absl::StrCat("scalar: Expected scalar shape, saw shape: ", read.shape().ToTuple(), "."));
  }
  const float number = ConvertTo<float>(read, "scalar", value.where())[0];
  return Write("scalars", Named(name, "scalar_summary"), HostTensor::Scalar(number), step, options.description, value.where());
}

bool histogram(const std::string& name, const Operand& data, const std::optional<Step>& step,
               const HistogramOptions& options) {
  if (!should_record_summaries()) return false;
  const std::vector<double> values = ConvertTo<double>(Read(data), "histogram", data.where());
  return Write("histograms", Named(name, "histogram_summary"), internal::HistogramBuckets(values, options.buckets), step,
               options.description, data.where());
}

bool image(const std::string& name, const Operand& data, const std::optional<Step>& step, const ImageOptions& options) {
  if (!should_record_summaries()) return false;
  const HostTensor encoded = ValueOrThrow(internal::EncodeImages(Read(data), options.max_outputs), data.where());
  return Write("images", Named(name, "image_summary"), encoded, step, options.description, data.where());
}

bool text(const std::string& name, const TextOperand& text, const std::optional<Step>& step, const TextOptions& options) {
  if (text.dtype() != DType::kString) {
    throw Refusal(text.where(), absl::StrCat("text: expected a string tensor, got ", std::string(Name(text.dtype()))));
  }
  if (!should_record_summaries()) return false;
  return Write("text", Named(name, "text_summary"), text.value(), step, options.description, text.where());
}

name_scope::name_scope(std::string_view name) : outer_(SummaryState().scope) {
  std::string& scope = SummaryState().scope;
  if (name.empty() || name.back() == '/') {
    scope = name;
  } else {
    scope.append(name).append("/");
  }
}
name_scope::~name_scope() { SummaryState().scope = std::move(outer_); }

record_if::record_if(bool condition) : record_if(std::function<bool()>([condition] { return condition; })) {}
record_if::record_if(std::function<bool()> condition)
    : outer_(std::exchange(SummaryState().recording, std::move(condition))) {}
record_if::~record_if() { SummaryState().recording = std::move(outer_); }

bool should_record_summaries() {
  const internal::SummaryThreadState& state = SummaryState();
  return state.file != nullptr && (!state.recording || state.recording());
}

void flush(std::source_location where) {
  if (SummaryState().file != nullptr) ThrowIfError(SummaryState().file->Flush(), where);
}

namespace experimental {

void set_step(std::optional<Step> step) { SummaryState().step = std::move(step); }
std::optional<Step> get_step() { return SummaryState().step; }

}  // namespace experimental
}  // namespace summary
}  // namespace eager
