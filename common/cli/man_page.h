// A page of the manual, made from a program's flags.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

namespace eager::cli {

struct ManText {
  int section = 1;
  std::string version;
  std::string name;         // one line: what the program is
  std::string synopsis;     // behind the program's name
  std::string description;  // paragraphs, an empty line between two
  // More, before SEE ALSO: title and paragraphs, of which one whose lines begin with two spaces stands as it is.
  std::vector<std::pair<std::string, std::string>> sections;
  std::string see_also;
};

// In man(7)'s language: NAME, SYNOPSIS, DESCRIPTION, COMMANDS, OPTIONS, ENVIRONMENT, then the rest. Every flag and
// subcommand that the help shows is in it.
std::string ManPage(const CLI::App& app, const ManText& text);

}  // namespace eager::cli
