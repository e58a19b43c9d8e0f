#include "client/print/layout.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace eager::print {
namespace {

constexpr absl::string_view kDots = "...";

// Whether the middle of an axis of `extent` is left out.
bool IsCut(bool summarized, int64_t extent) { return summarized && extent > 2 * kEdgeItems; }

class Writer {
 public:
  Writer(const Shape& shape, absl::Span<const std::string> words, absl::string_view separator)
      : shape_(shape), summarized_(IsSummarized(shape)), words_(words), separator_(separator) {}

  // The part of the array below `axis` that the next words belong to.
  std::string Write(int axis, int indent, int width) {
    return absl::StrCat("[", axis + 1 == shape_.rank() ? Row(axis, indent, width) : Rows(axis, indent, width), "]");
  }

 private:
  // What stands along an axis: `count` entries, of which the one at `dots` stands for those left out (-1: none does).
  struct Entries {
    int64_t count;
    int64_t dots;
  };
  Entries Along(int axis) const {
    if (IsCut(summarized_, shape_[axis])) return {2 * kEdgeItems + 1, kEdgeItems};
    return {shape_[axis], -1};
  }

  // The last axis: words side by side, wrapped where the line is full. An element that is too long for any line
  // stays where it is.
  std::string Row(int axis, int indent, int width) {
    const size_t room = static_cast<size_t>(width - 1);  // the bracket or the comma after the last word
    const std::string margin(static_cast<size_t>(indent), ' ');
    const Entries entries = Along(axis);
    std::string done, line = margin;
    for (int64_t i = 0; i < entries.count; ++i) {
      const absl::string_view word = i == entries.dots ? kDots : absl::string_view(words_[next_++]);
      if (line.size() + word.size() > room && line.size() > margin.size()) {
        absl::StrAppend(&done, absl::StripTrailingAsciiWhitespace(line), "\n");
        line = margin;
      }
      absl::StrAppend(&line, word, i + 1 < entries.count ? separator_ : "");
    }
    return (done + line).substr(margin.size());
  }

  // Any other axis: its parts below each other, one empty line more between them for each axis further in.
  std::string Rows(int axis, int indent, int width) {
    const std::string gap = absl::StrCat(absl::StripTrailingAsciiWhitespace(separator_),
                                         std::string(static_cast<size_t>(shape_.rank() - axis - 1), '\n'),
                                         std::string(static_cast<size_t>(indent), ' '));
    const Entries entries = Along(axis);
    std::string out;
    for (int64_t i = 0; i < entries.count; ++i) {
      if (i > 0) out += gap;
      absl::StrAppend(&out, i == entries.dots ? std::string(kDots) : Write(axis + 1, indent + 1, width - 1));
    }
    return out;
  }

  const Shape& shape_;
  const bool summarized_;
  const absl::Span<const std::string> words_;
  const absl::string_view separator_;
  size_t next_ = 0;  // the first word not yet written
};

}  // namespace

bool IsSummarized(const Shape& shape) { return shape.num_elements() > kThreshold; }

std::vector<int64_t> ShownElements(const Shape& shape) {
  const bool summarized = IsSummarized(shape);
  std::vector<int64_t> shown = {0};
  for (const int64_t extent : shape.dims()) {
    std::vector<int64_t> finer;
    for (const int64_t outer : shown) {
      for (int64_t i = 0; i < extent; ++i) {
        if (i == kEdgeItems && IsCut(summarized, extent)) i = extent - kEdgeItems;
        finer.push_back(outer * extent + i);
      }
    }
    shown = std::move(finer);
  }
  return shown;
}

std::string LayOut(const Shape& shape, absl::Span<const std::string> words, const Frame& frame) {
  return Writer(shape, words, frame.separator).Write(/*axis=*/0, frame.indent + 1, frame.width);
}

}  // namespace eager::print
