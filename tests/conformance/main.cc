// eager-conformance: runs a folder of golden results against a server, or one inside this process.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/context.h"
#include "tests/conformance/known.h"
#include "tests/conformance/report.h"
#include "tests/conformance/run.h"
#include "tests/golden/golden.h"
#include "tests/support/in_process.h"

namespace {

using eager::conformance::CaseInfo;
using eager::conformance::Outcome;
using eager::conformance::Report;
using eager::conformance::Verdict;
using eager::golden::Json;

// The files of a golden folder, and what runs a case of each.
struct File {
  const char* name;
  Outcome (*run)(const Json&);
  bool whole = false;  // NAME.json is one case; else NAME.jsonl has one a line
};
constexpr File kFiles[] = {
    {"ops", &eager::conformance::RunOp},
    {"errors", &eager::conformance::RunError},
    {"printing", &eager::conformance::RunPrinting},
    {"programs", &eager::conformance::RunProgram},
    {"optimizers", &eager::conformance::RunOptimizer},
    {"random", &eager::conformance::RunRandom},
    {"cnn", &eager::conformance::RunCnn, true},
};

struct Flags {
  std::string golden;
  std::string server = "localhost:8470";
  bool in_process = false;
  std::string only;
  std::vector<std::string> files;  // none: all that the folder has
  std::string known = EAGERD_KNOWN_DIFFERENCES;
  bool verbose = false;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--golden", flags.golden, "Folder of golden results (else EAGERD_GOLDEN, else the repository's)");
  app.add_option("--server", flags.server, "Address of the daemon")->envname("EAGERD_ADDRESS")->capture_default_str();
  app.add_flag("--in-process", flags.in_process, "Start a server inside this process instead");
  app.add_option("--only", flags.only, "Only cases of this op (for programs and printing: this group)");
  std::vector<std::string> names;
  for (const File& file : kFiles) names.emplace_back(file.name);
  app.add_option("--files", flags.files, "Which files, else all that the folder has")
      ->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--known", flags.known, "File of known differences")->capture_default_str();
  app.add_flag("--verbose", flags.verbose, "All failures, and why cases were skipped");
}

// What the report shows of a case that it groups by op, or else by dtype or program.
CaseInfo Describe(const Json& c) {
  CaseInfo info;
  info.id = c.value("id", "?");
  for (const char* key : {"inputs", "outputs"}) {
    if (!c.contains(key)) continue;
    for (const Json& t : c.at(key)) info.dtypes.insert(t.is_object() ? t.value("dtype", "?") : "none");
  }
  for (const char* key : {"variables", "state"}) {
    if (!c.contains(key) || c.contains("tape")) continue;
    for (const Json& t : c.at(key)) info.dtypes.insert(t.value("dtype", "?"));
  }
  if (c.contains("op")) {
    info.group = c.at("op");
  } else if (c.contains("optimizer") && c.at("optimizer").is_string()) {
    info.group = c.at("optimizer");
  } else if (c.contains("tensor")) {
    info.group = c.at("tensor").value("dtype", "?");
  } else if (c.contains("kind")) {
    info.group = c.value("function", c.at("kind").get<std::string>());
  } else {
    info.group = c.contains("variable") ? "Variable" : info.id;
  }
  info.gradient = c.contains("gradients");
  info.second = c.contains("second");
  if (c.contains("steps") && c.contains("tape")) {
    for (const Json& request : c.at("gradients")) info.second |= request.value("order", 1) > 1;
  }
  return info;
}

// A lost server is thrown on: no later case can do better.
Outcome RunCase(Outcome (*run)(const Json&), const Json& c) {
  try {
    return run(c);
  } catch (const eager::Error& e) {
    if (e.code() == absl::StatusCode::kUnavailable) throw;
    if (e.code() == absl::StatusCode::kNotFound && absl::StrContains(e.what(), "there is no kernel for")) {
      return {Verdict::kNoKernel, e.what()};
    }
    return eager::conformance::Failed(e.what());
  } catch (const std::exception& e) {
    return eager::conformance::Failed(absl::StrCat("the case cannot be run: ", e.what()));
  }
}

absl::StatusOr<std::vector<eager::golden::Case>> Read(const File& file, const std::filesystem::path& folder) {
  if (!file.whole) return eager::golden::ReadCases(folder, absl::StrCat(file.name, ".jsonl"));
  auto json = eager::golden::ReadJson(folder, absl::StrCat(file.name, ".json"));
  if (!json.ok()) return json.status();
  (*json)["id"] = file.name;
  (*json)["kind"] = file.name;
  return std::vector<eager::golden::Case>{{file.name, *std::move(json)}};
}

absl::Status RunFile(const File& file, const std::filesystem::path& folder, const Flags& flags,
                     const eager::conformance::KnownDifferences& known, Report& report) {
  const auto cases = Read(file, folder);
  if (absl::IsNotFound(cases.status()) && flags.files.empty()) return absl::OkStatus();
  if (!cases.ok()) return cases.status();
  for (const eager::golden::Case& c : *cases) {
    const CaseInfo info = Describe(c.json);
    if (!flags.only.empty() && info.group != flags.only) continue;
    report.Add(info, known.Judge(info, RunCase(file.run, c.json)));
  }
  report.PrintFile(absl::StrCat(file.name, file.whole ? ".json" : ".jsonl"));
  return absl::OkStatus();
}

int Complain(absl::string_view why) {
  std::cerr << "eager-conformance: " << why << "\n";
  return 2;
}

int Run(const Flags& flags) {
  const auto folder = eager::golden::FindFolder(flags.golden);
  if (!folder.ok()) return Complain(folder.status().message());
  std::unique_ptr<eager::testing::InProcessServer> server;
  if (flags.in_process) {
    auto made = eager::testing::InProcessServer::Make();
    if (!made.ok()) return Complain(made.status().message());
    server = *std::move(made);
  } else {
    eager::Connect(flags.server);
  }
  const auto known = eager::conformance::KnownDifferences::Read(flags.known);
  if (!known.ok()) return Complain(known.status().message());
  Report report(flags.verbose);
  for (const File& file : kFiles) {
    if (!flags.files.empty() && std::find(flags.files.begin(), flags.files.end(), file.name) == flags.files.end()) continue;
    if (absl::Status status = RunFile(file, *folder, flags, *known, report); !status.ok()) return Complain(status.message());
  }
  if (report.cases() == 0) return Complain(absl::StrCat("there is no case of ", flags.only));
  report.PrintSum();
  eager::Disconnect();
  return report.failed() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs golden results of TensorFlow against eagerd and tells what differs", "eager-conformance");
  Flags flags;
  AddFlags(app, flags);
  try {
    app.parse(argc, argv);
    return Run(flags);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {  // nobody answers, or the server is gone
    return Complain(e.what());
  }
}
