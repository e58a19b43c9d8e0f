// Pictures of what a program measured: line charts, drawn by gnuplot.
//
//   eager::plot::line(losses, {.title = "Training", .xlabel = "batch", .ylabel = "loss", .path = "loss.png"});
//   eager::plot::line({{"train", train_losses}, {"validation", validation_losses}}, {.path = "losses.svg"});
#pragma once

#include <concepts>
#include <source_location>
#include <string>
#include <vector>

#include "client/error.h"

namespace eager::plot {

struct Options {
  std::string title = {};
  std::string xlabel = {};
  std::string ylabel = {};
  std::string path = "loss.png";  // .png or .svg says what it becomes
  int width = 800;                // pixels
  int height = 500;
};

// A line: y over x, or over 0, 1, 2, … if there is no x. It has a gap where a number is nan or infinite.
struct Series {
  std::string name;  // in the key; none if empty
  std::vector<double> y;
  std::vector<double> x = {};
};

// Draws the series into the file at `path`, which is replaced in one step when the picture is complete; waits for gnuplot
// (Debian's gnuplot-nox, found in PATH). Texts are UTF-8 and shown as they are, but for line breaks;
// of characters that no installed font has, gnuplot 5.4 draws huge placeholders into PNGs, and leaves them to the viewer in
// SVGs. Safe to call from several threads at once.
//
// Errors: INVALID_ARGUMENT for no series, one whose x is not as long as its y, another ending or size; NOT_FOUND if there
// is no gnuplot; INTERNAL with gnuplot's own words if it fails; as the system says if the file cannot be written.
void line(const std::vector<Series>& series, const Options& options = {},
          std::source_location where = std::source_location::current());

inline void line(const std::vector<double>& values, const Options& options = {},
                 std::source_location where = std::source_location::current()) {
  line(std::vector<Series>{{"", values}}, options, where);
}
template <class T>
  requires std::integral<T> || std::floating_point<T>
void line(const std::vector<T>& values, const Options& options = {},
          std::source_location where = std::source_location::current()) {
  line(std::vector<double>(values.begin(), values.end()), options, where);
}

}  // namespace eager::plot
