// eagerctl bench: a short look at what a daemon's ops cost from here. eager-bench measures more, and more carefully.

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "absl/strings/str_format.h"
#include "client/constant.h"
#include "client/math.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/session.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/cli/checks.h"

namespace eager::ctl {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  double seconds = 1;
  bool json = false;
};

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// One op and its value, again and again, each waiting for the one before: seconds, in order of size.
std::vector<double> PingPong(double seconds) {
  const Tensor one = constant(1.0f);
  std::vector<double> times;
  for (int i = 0; i < 10; ++i) static_cast<void>(static_cast<float>(one + one));  // what is made once
  for (const Clock::time_point start = Clock::now(); times.empty() || SecondsSince(start) < seconds;) {
    const Clock::time_point begin = Clock::now();
    static_cast<void>(static_cast<float>(one + one));
    times.push_back(SecondsSince(begin));
  }
  std::sort(times.begin(), times.end());
  return times;
}

// Ops on the results of those before, of which only the last is read: ops a second.
double InFlight(double seconds) {
  const Tensor one = constant(1.0f);
  Tensor sum = constant(0.0f);
  double ops = 0;
  const Clock::time_point start = Clock::now();
  while (SecondsSince(start) < seconds || ops == 0) {
    for (int i = 0; i < 1000; ++i) sum = sum + one;
    static_cast<void>(static_cast<float>(sum));
    ops += 1000;
  }
  return ops / SecondsSince(start);
}

// 16 MiB to the daemon and back: bytes a second each way.
std::pair<double, double> Transfer(double seconds) {
  const std::vector<float> values(4 << 20, 1.5f);
  const HostTensor host = HostTensor::FromSpan<float>(Shape({4 << 20}), values);
  double up = 0, down = 0, rounds = 0;
  for (const Clock::time_point start = Clock::now(); rounds == 0 || SecondsSince(start) < seconds; ++rounds) {
    Clock::time_point begin = Clock::now();
    const Tensor there = constant(host);
    Context::Default().Sync();
    up += SecondsSince(begin);
    begin = Clock::now();
    static_cast<void>(there.numpy());
    down += SecondsSince(begin);
  }
  const double bytes = static_cast<double>(host.num_bytes()) * rounds;
  return {bytes / up, bytes / down};
}

absl::Status Bench(const Options& options, const Remote& remote) {
  Context context = OpenSession(remote);
  const std::string device = constant(1.0f).device();
  const std::vector<double> times = PingPong(options.seconds);
  const auto percentile = [&](double p) { return times[static_cast<size_t>(p * static_cast<double>(times.size() - 1))] * 1e6; };
  const double ops = InFlight(options.seconds);
  const auto [up, down] = Transfer(options.seconds);
  context.Close();
  if (options.json) {
    return PrintJson({{"address", remote.address()},
                      {"device", device},
                      {"op_and_read_microseconds", {{"p50", percentile(0.5)}, {"p90", percentile(0.9)}, {"p99", percentile(0.99)}}},
                      {"ops_per_second", ops},
                      {"upload_bytes_per_second", up},
                      {"download_bytes_per_second", down}});
  }
  std::cout << remote.address() << ", " << device << "\n"
            << absl::StrFormat("op and its value, one after the other  %8.0f us  (90 %%: %.0f us, 99 %%: %.0f us, of %d)\n", percentile(0.5),
                               percentile(0.9), percentile(0.99), times.size())
            << absl::StrFormat("ops, of which only the last is read    %8.0f /s  (%.2f us each)\n", ops, 1e6 / ops)
            << absl::StrFormat("16 MiB to the daemon                   %8.0f MiB/s\n", up / (1 << 20))
            << absl::StrFormat("16 MiB from the daemon                 %8.0f MiB/s\n", down / (1 << 20));
  return absl::OkStatus();
}

}  // namespace

void AddBench(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* bench = app.add_subcommand("bench", "Measure for a moment what ops and transfers cost from here, in a session of its own");
  bench->add_option("--seconds", options->seconds, "For each of the three measurements")
      ->check(cli::Seconds(0.01, 600))->type_name("SECONDS")->capture_default_str();
  bench->add_flag("--json", options->json, "As JSON");
  bench->callback([options, &run] {
    run = [options](Remote& remote) { return WithoutThrowing([&] { return Bench(*options, remote); }); };
  });
}

}  // namespace eager::ctl
