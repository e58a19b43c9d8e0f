// eagerctl profile: what the time of a session goes into.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <memory>
#include <stop_token>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Stub = v1::TensorService::Stub;

constexpr double kTransferSeconds = 120;  // for a trace of a million events
constexpr int kMostOps = 20;              // in the table

struct Options {
  std::string id;
  double seconds = 10;
  uint64_t events = 0;
  std::string file = "trace.json";
  bool json = false;
};

void PrintRows(const v1::ProfileSummary& summary, absl::string_view title,
               std::initializer_list<absl::string_view> categories) {
  int width = 10;
  for (const v1::ProfileRow& row : summary.rows()) width = std::max(width, static_cast<int>(row.name().size()));
  std::cout << absl::StrFormat("%-*s  %10s  %12s  %8s  %12s\n", width, title, "count", "seconds", "of all", "mean");
  int left = kMostOps;
  for (const v1::ProfileRow& row : summary.rows()) {
    if (std::find(categories.begin(), categories.end(), row.category()) == categories.end() || left-- == 0) continue;
    std::cout << absl::StrFormat("%-*s  %10d  %12.6f  %6.1f %%  %9.1f us\n", width, row.name(), row.count(),
                                 row.seconds(), 100 * row.seconds() / summary.seconds(),
                                 1e6 * row.seconds() / static_cast<double>(row.count()));
  }
}

// While it lives, the first SIGINT after Arm() calls stop(), in a thread of its own; any other one ends the program.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> stop) {
    sigemptyset(&interrupt_);
    sigaddset(&interrupt_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt_, nullptr);  // of all threads that gRPC starts from now on as well
    thread_ = std::jthread([this, stop = std::move(stop)](std::stop_token over) {
      const timespec moment = {0, 50'000'000};
      while (!over.stop_requested()) {
        if (sigtimedwait(&interrupt_, nullptr, &moment) != SIGINT) continue;
        if (!armed_.exchange(false)) _exit(128 + SIGINT);
        stop();
      }
    });
  }
  void Arm() { armed_ = true; }

 private:
  sigset_t interrupt_;
  std::atomic<bool> armed_{false};
  std::jthread thread_;
};

absl::Status Profile(const Options& options, Remote& remote) {
  OnInterrupt on_interrupt([&] {
    v1::StopProfileRequest stop;
    stop.set_id(options.id);
    remote.Call(&Stub::StopProfile, stop).IgnoreError();  // it may have ended by itself
  });
  std::ofstream file;
  v1::ProfileRequest request;
  request.set_id(options.id);
  request.set_seconds(options.seconds);
  request.set_max_events(options.events);
  v1::ProfileSummary summary;
  const std::function<absl::Status(const v1::ProfileChunk&)> take = [&](const v1::ProfileChunk& chunk) {
    if (chunk.started()) {
      on_interrupt.Arm();
      file.open(options.file, std::ios::binary | std::ios::trunc);
      if (!file) return absl::InvalidArgumentError(absl::StrCat("cannot write ", options.file));
      std::cerr << absl::StrFormat("recording %s for %g s; Ctrl-C ends it earlier\n", options.id, options.seconds);
    }
    if (chunk.has_summary()) summary = chunk.summary();
    file << chunk.trace();
    return file ? absl::OkStatus()
                : absl::ResourceExhaustedError(absl::StrCat("cannot write all of the trace to ", options.file));
  };
  RETURN_IF_ERROR(remote.Stream(&Stub::Profile, request, options.seconds + kTransferSeconds, take));
  file.close();
  if (!file) return absl::ResourceExhaustedError(absl::StrCat("cannot write all of the trace to ", options.file));
  if (options.json) return PrintJson(summary);
  PrintRows(summary, "phase", {"message", "phase"});
  PrintRows(summary, "op", {"op", "chain", "item"});
  std::cout << absl::StrFormat("%s: %d events of %.3f s", options.file, summary.events(), summary.seconds());
  if (summary.dropped() != 0) std::cout << absl::StrFormat("; %d older ones were dropped", summary.dropped());
  std::cout << "; open it at https://ui.perfetto.dev\n";
  return absl::OkStatus();
}

}  // namespace

void AddProfile(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* profile =
      app.add_subcommand("profile", "Record what a session does, as a trace for https://ui.perfetto.dev");
  profile->add_option("ID", options->id, "As `eagerctl sessions` lists it")->required();
  profile->add_option("--seconds", options->seconds, "How long")
      ->check(CLI::Range(0.001, 600.0))
      ->capture_default_str();
  profile->add_option("--events", options->events, "The most that are kept, the last ones; 0: 2^20")
      ->capture_default_str();
  profile->add_option("-o,--output", options->file, "File of the trace")->capture_default_str();
  profile->add_flag("--json", options->json, "The summary as JSON");
  profile->callback([options, &run] { run = [options](Remote& remote) { return Profile(*options, remote); }; });
}

}  // namespace eager::ctl
