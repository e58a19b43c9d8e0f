// Scripts for gnuplot, and a process that runs one.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/plot/plot.h"

namespace eager::internal {

// A text as gnuplot takes it literally: in single quotes, where it expands nothing. Line breaks and other control
// characters become spaces.
std::string GnuplotQuoted(absl::string_view text);

// Draws line charts to gnuplot's standard output. `terminal` is "pngcairo" or "svg".
std::string LineScript(absl::Span<const plot::Series> series, const plot::Options& options, absl::string_view terminal);

// Runs gnuplot with the script, and its standard output going to the open file. No shell is involved.
absl::Status RunGnuplot(absl::string_view script, int output);

}  // namespace eager::internal
