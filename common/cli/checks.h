// What flags may be, beyond what CLI11 knows.
#pragma once

#include <CLI/CLI.hpp>

namespace eager::cli {

// A number of seconds from `least` to `most`; their words stand in the error. (CLI11's own checks let nan through.)
CLI::Validator Seconds(double least, double most);

}  // namespace eager::cli
