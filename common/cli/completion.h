// Completion of a program's subcommands and flags in shells, made from the flags themselves.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace eager::cli {

// A script for "bash", "zsh" or "fish". INVALID_ARGUMENT for another shell.
absl::StatusOr<std::string> Completion(const CLI::App& app, const std::string& shell);

}  // namespace eager::cli
