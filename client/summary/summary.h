// What a training run shows in TensorBoard: scalars, histograms, images and texts over steps.
//
// Every function writes to this thread's default writer (FileWriter::as_default) and says whether it did: false, and
// nothing is read or waited for, if there is no such writer or record_if says no. The tag is the name after the thread's
// name scopes, "train/loss". A value that is a tensor or a variable is read, which waits once; tapes do not see it.
//
// Errors: INVALID_ARGUMENT for a value of the wrong shape or dtype, and if there is no step; what FileWriter says of the
// disk. The formats are those of TensorBoard's summary_v2 modules.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "client/summary/file_writer.h"

namespace eager::summary {

struct ScalarOptions {
  std::string description = {};  // shown beside the chart; Markdown
};
// One number, stored as float32; nan and infinities as they are.
bool scalar(const std::string& name, const Operand& value, const std::optional<Step>& step = std::nullopt,
            const ScalarOptions& options = {});

struct HistogramOptions {
  int buckets = 30;  // none if negative
  std::string description = {};
};
// How the elements of `data`, of any shape, are spread over buckets of equal width between the least and the greatest.
// All-zero buckets for no elements; one value only: every edge is that value and the last bucket has them all. nan and
// infinities give the edges that the arithmetic gives, and what belongs to no bucket is not counted, as in TensorFlow.
bool histogram(const std::string& name, const Operand& data, const std::optional<Step>& step = std::nullopt,
               const HistogramOptions& options = {});

struct ImageOptions {
  int max_outputs = 3;  // the first of the images
  std::string description = {};
};
// Images [k, height, width, channels], channels 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA). Floating values are
// clipped to [0, 1]; uint8 is taken as it is; other integers are scaled from their range, negative ones are 0.
bool image(const std::string& name, const Operand& data, const std::optional<Step>& step = std::nullopt,
           const ImageOptions& options = {});

// What text() takes: a string, a list of strings, or a string tensor. Remembers the line that wrote it.
class TextOperand {
 public:
  using Where = std::source_location;
  TextOperand(const char* text, Where where = Where::current()) : TextOperand(std::string(text), where) {}  // NOLINT
  TextOperand(const std::string& text, Where where = Where::current())                                      // NOLINT
      : host_(HostTensor::Strings(Shape(), absl::MakeConstSpan(&text, 1))), where_(where) {}
  TextOperand(const std::vector<std::string>& texts, Where where = Where::current())  // NOLINT
      : host_(HostTensor::Strings(Shape{static_cast<int64_t>(texts.size())}, texts)), where_(where) {}
  TextOperand(std::initializer_list<std::string> texts, Where where = Where::current())  // NOLINT
      : TextOperand(std::vector<std::string>(texts), where) {}
  TextOperand(Tensor texts, Where where = Where::current()) : tensor_(std::move(texts)), where_(where) {}  // NOLINT

  DType dtype() const { return tensor_.valid() ? tensor_.dtype() : DType::kString; }
  HostTensor value() const { return tensor_.valid() ? tensor_.numpy(where_) : host_; }
  const Where& where() const { return where_; }

 private:
  HostTensor host_;
  Tensor tensor_;
  Where where_;
};

struct TextOptions {
  std::string description = {};
};
// UTF-8 text, shown as Markdown; vectors and matrices of texts are shown as tables.
bool text(const std::string& name, const TextOperand& text, const std::optional<Step>& step = std::nullopt,
          const TextOptions& options = {});

// While it lives, this thread's tags start with the name and a slash. Scopes nest; "" starts anew at the top, and so does
// a name that ends in a slash.
class name_scope {
 public:
  explicit name_scope(std::string_view name);
  ~name_scope();
  name_scope(const name_scope&) = delete;
  name_scope& operator=(const name_scope&) = delete;

 private:
  std::string outer_;
};

// While it lives, this thread's summaries are written only if the condition holds: a bool, or a function that is asked
// each time. An inner scope replaces the outer one's condition.
class record_if {
 public:
  explicit record_if(bool condition);
  template <std::predicate F>
  explicit record_if(F condition) : record_if(std::function<bool()>(std::move(condition))) {}
  explicit record_if(std::function<bool()> condition);
  ~record_if();
  record_if(const record_if&) = delete;
  record_if& operator=(const record_if&) = delete;

 private:
  std::function<bool()> outer_;
};

// Whether a summary of this thread would be written now.
bool should_record_summaries();

// Flushes this thread's default writer, if there is one.
void flush(std::source_location where = std::source_location::current());

namespace experimental {

// The step of this thread's summaries that name none. A variable is read each time. nullopt: none.
void set_step(std::optional<Step> step);
std::optional<Step> get_step();

}  // namespace experimental
}  // namespace eager::summary
