// eager-guide [SECTION …]: the guide to eager execution, section by section, on a running daemon.

#include <eager/eager.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "client/examples/guide/guide.h"

int main(int argc, char** argv) {
  CLI::App app{"Runs the sections of the guide on an eagerd, all of them if none is named.", "eager-guide"};
  std::vector<std::string> names;
  std::string server;
  bool check = false, list = false;
  guide::Options options;
  for (const guide::Section& section : guide::kSections) names.push_back(section.name);
  std::vector<std::string> chosen;
  app.add_option("section", chosen, "Sections to run")->check(CLI::IsMember(names));
  app.add_option("--server", server, "The daemon's address; else EAGERD_ADDRESS, else localhost:8470");
  app.add_flag("--check", check, "Compare the results with the guide's; exit 1 at the first difference");
  app.add_flag("--list", list, "Print the sections' names");
  app.add_option("--files", options.files, "The folder for checkpoints, events and pictures")->capture_default_str();
  app.add_option("--data", options.data, "The folder of MNIST's files, or the file of fetch_digits.sh; else Debian's dataset-fashion-mnist");
  app.add_option("--examples", options.examples, "Train on at most so many images; 0: all")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);

  if (list) {
    for (const std::string& name : names) std::cout << name << "\n";
    return 0;
  }
  try {
    if (!server.empty()) eager::Connect(server);
    for (const guide::Section& section : guide::kSections) {
      if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), section.name) == chosen.end()) continue;
      std::cout << "--- " << section.name << "\n";
      guide::Guide guide(std::cout, options);
      section.run(guide);
      if (!check) continue;
      if (!guide.difference().empty()) {
        std::cerr << "eager-guide: section " << section.name << " differs: " << guide.difference() << "\n";
        return 1;
      }
      std::cout << "--- " << section.name << ": as in the guide\n";
    }
  } catch (const std::exception& error) {  // of the library, or of the file system
    std::cerr << "eager-guide: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
