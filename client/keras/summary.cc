// The table of Model::summary, to the character what Keras 2 prints (tf_keras/src/utils/layer_utils.py, print_summary).
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/keras/model.h"

namespace eager::keras {
namespace {

std::string Repeat(const char* text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// "10.35 KB"
std::string Memory(double bytes) {
  const char* unit = "Byte";
  for (const char* larger : {"KB", "MB", "GB", "TB", "PB"}) {
    if (bytes < 1024) break;
    bytes /= 1024;
    unit = larger;
  }
  return absl::StrFormat("%.2f %s", bytes, unit);
}

// Where the columns end.
std::vector<int> Columns(const SummaryOptions& options) {
  std::vector<int> ends;
  for (const double part : {0.45, 0.85, 1.0}) ends.push_back(static_cast<int>(options.line_length * part));
  if (options.show_trainable) ends.push_back(options.line_length + 11);
  return ends;
}

int LineLength(const SummaryOptions& options) { return options.line_length + (options.show_trainable ? 11 : 0); }

// A row of the table: a cell that is too long goes on in the next line, and breaks where an inner bracket closes.
void AppendRow(std::vector<std::string> cells, const std::vector<int>& ends, int level, std::string& text) {
  const auto left = [](const std::vector<std::string>& all) {
    return std::any_of(all.begin(), all.end(), [](const std::string& cell) { return !cell.empty(); });
  };
  while (left(cells)) {
    std::string line = std::string(static_cast<size_t>(level), '|') + " ";
    for (size_t column = 0; column < cells.size(); ++column) {
      const bool last = column + 1 == ends.size();
      int width = ends[column] - (column > 0 ? ends[column - 1] : 0);
      if (!last) width -= 3;  // two spaces between columns, one before the first
      if (column == 0) width -= level;
      std::string fits = cells[column].substr(0, static_cast<size_t>(std::max(1, width)));
      size_t cut = fits.size();
      for (const char* end : {"),", "},", "],", "',"}) {
        if (const size_t at = fits.find(end); at != std::string::npos) cut = std::min(cut, at + 2);
      }
      fits.resize(cut);
      cells[column].erase(0, cut);
      line += fits;
      if (!last) line += "  ";
      const int end = ends[column] - (last ? level : 0);
      if (static_cast<int>(line.size()) < end) line.resize(static_cast<size_t>(end), ' ');
    }
    absl::StrAppend(&text, line, std::string(static_cast<size_t>(level), '|'), "\n");
  }
}

struct Size {
  int64_t numbers = 0;
  double bytes = 0;
};
Size SizeOfAll(const std::vector<Variable>& variables) {
  Size size;
  for (const Variable& v : variables) {
    size.numbers += v.shape().num_elements();
    size.bytes += static_cast<double>(v.shape().num_elements()) * static_cast<double>(SizeOf(v.dtype()));
  }
  return size;
}

}  // namespace

void Model::AppendSummary(const SummaryOptions& options, int level, std::string& text) const {
  const std::vector<Layer*> all = layers();
  const int length = LineLength(options);
  const std::string bars(static_cast<size_t>(level), '|'), inner_bars(static_cast<size_t>(level) + 1, '|');
  for (size_t i = 0; i < all.size(); ++i) {
    const Layer& layer = *all[i];
    std::vector<std::string> cells{absl::StrCat(layer.name(), " (", layer.type(), ")"), OutputShapeText(i),
                                   layer.built() ? absl::StrCat(layer.count_params()) : "0 (unused)"};
    if (options.show_trainable) cells.push_back(layer.trainable() ? "Y" : "N");
    AppendRow(std::move(cells), Columns(options), level, text);
    const auto* model = options.expand_nested ? dynamic_cast<const Model*>(&layer) : nullptr;
    const bool expanded = model != nullptr && !model->layers().empty();
    if (expanded) {
      absl::StrAppend(&text, inner_bars, Repeat("¯", length - 2 * level - 2), inner_bars, "\n");
      model->AppendSummary(options, level + 1, text);
      absl::StrAppend(&text, bars, Repeat("¯", length - 2 * level), bars, "\n");
    }
    // An inner model's edge, and its last layer above that edge, stand without a line between.
    if (!expanded && (level == 0 || i + 1 < all.size()))
      absl::StrAppend(&text, bars, Repeat(" ", length - 2 * level), bars, "\n");
  }
}

std::string Model::summary_text(const SummaryOptions& options, std::source_location where) const {
  if (!built()) {
    throw Error(absl::FailedPreconditionError(absl::StrCat("summary: model \"", name(),
                                                           "\" has not been built yet: call it on a ",
                                                           "batch of data, or give its input's shape to build_for")),
                where);
  }
  const int length = LineLength(options);
  std::string text = absl::StrCat("Model: \"", name(), "\"\n", Repeat("_", length), "\n");
  std::vector<std::string> header{"Layer (type)", "Output Shape", "Param #"};
  if (options.show_trainable) header.push_back("Trainable");
  AppendRow(std::move(header), Columns(options), 0, text);
  absl::StrAppend(&text, Repeat("=", length), "\n");
  AppendSummary(options, 0, text);
  const Size trainable = SizeOfAll(trainable_variables()), fixed = SizeOfAll(non_trainable_variables());
  const auto line = [](const char* what, int64_t numbers, double bytes) {
    return absl::StrCat(what, " params: ", numbers, " (", Memory(bytes), ")\n");
  };
  absl::StrAppend(&text, Repeat("=", length), "\n",
                  line("Total", trainable.numbers + fixed.numbers, trainable.bytes + fixed.bytes),
                  line("Trainable", trainable.numbers, trainable.bytes),
                  line("Non-trainable", fixed.numbers, fixed.bytes), Repeat("_", length), "\n");
  return text;
}

void Model::summary(const SummaryOptions& options, std::source_location where) const {
  std::cout << summary_text(options, where) << std::flush;
}

}  // namespace eager::keras
