// eagerctl top: a daemon's devices and sessions, and what they do, once a second.

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/cli/checks.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Clock = std::chrono::steady_clock;
using Stub = v1::TensorService::Stub;

struct Options {
  double interval = 1;
  bool once = false, json = false;
};

struct Sample {
  Clock::time_point when;
  v1::ListDevicesResponse devices;
  v1::ListSessionsResponse sessions;
};

absl::StatusOr<Sample> Take(Remote& remote) {
  Sample sample;
  ASSIGN_OR_RETURN(sample.devices, remote.Call(&Stub::ListDevices, v1::ListDevicesRequest()));
  ASSIGN_OR_RETURN(sample.sessions, remote.Call(&Stub::ListSessions, v1::ListSessionsRequest()));
  sample.when = Clock::now();
  return sample;
}

struct Row {
  const v1::SessionInfo* session;
  double ops_per_second;
  int64_t bytes = 0;
};

// The busiest first. A session that was not there before has had no time to be measured.
std::vector<Row> Rows(const Sample& before, const Sample& now) {
  const double seconds = std::max(1e-3, std::chrono::duration<double>(now.when - before.when).count());
  std::map<std::string, uint64_t> ops;
  for (const v1::SessionInfo& s : before.sessions.sessions()) ops[s.id()] = s.ops();
  std::vector<Row> rows;
  for (const v1::SessionInfo& s : now.sessions.sessions()) {
    const auto then = ops.find(s.id());
    Row row{&s, then == ops.end() ? 0 : static_cast<double>(s.ops() - then->second) / seconds};
    for (const v1::DeviceBytes& memory : s.memory()) row.bytes += memory.bytes();
    rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.ops_per_second > b.ops_per_second; });
  return rows;
}

// "[#####     ]"
std::string Bar(double share, int width = 20) {
  const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * width + 0.5);
  return absl::StrCat("[", std::string(static_cast<size_t>(full), '#'), std::string(static_cast<size_t>(width - full), ' '), "]");
}

std::vector<std::string> Lines(const Remote& remote, const std::vector<Row>& rows, const Sample& now) {
  std::vector<std::string> lines;
  double total = 0;
  for (const Row& row : rows) total += row.ops_per_second;
  lines.push_back(absl::StrCat("eagerd at ", remote.address(), "  ", absl::FormatTime("%H:%M:%S", absl::Now(), absl::LocalTimeZone()), "  ",
                               rows.size(), rows.size() == 1 ? " session  " : " sessions  ", Count(total), " ops/s"));
  for (const v1::DeviceInfo& d : now.devices.devices()) {
    const double limit = static_cast<double>(std::max<int64_t>(1, d.memory_limit()));
    std::string line = absl::StrCat(Printable(d.name()), "  ", Bar(static_cast<double>(d.bytes_in_use()) / limit), " ", Bytes(d.bytes_in_use()),
                                    " of ", Bytes(d.memory_limit()), ", pool ", Bytes(d.bytes_reserved()));
    const v1::HardwareInfo& h = d.hardware();
    if (h.has_utilization_percent()) absl::StrAppend(&line, "  busy ", h.utilization_percent(), " %");
    if (h.has_temperature_celsius()) absl::StrAppend(&line, "  ", h.temperature_celsius(), " C");
    if (h.has_power_watts()) absl::StrAppendFormat(&line, "  %.0f W", h.power_watts());
    if (!d.failure().empty()) absl::StrAppend(&line, "  FAILED: ", Printable(d.failure()));
    lines.push_back(line);
  }
  lines.emplace_back();
  Table table({"session", "tenant", "client", ">age", ">ops/s", ">ops", ">tensors", ">bytes", "peer"});
  for (const Row& row : rows) {
    const v1::SessionInfo& s = *row.session;
    table.Add({s.id(), s.tenant(), s.client(), Age(s.age_seconds()), Count(row.ops_per_second), absl::StrCat(s.ops()), absl::StrCat(s.handles()),
               Bytes(row.bytes), s.peer()});
  }
  for (std::string& line : table.Lines()) lines.push_back(std::move(line));
  return lines;
}

nlohmann::json ToJson(const std::vector<Row>& rows, const Sample& now) {
  nlohmann::json sessions = nlohmann::json::array(), devices = nlohmann::json::array();
  for (const Row& row : rows) {
    const v1::SessionInfo& s = *row.session;
    sessions.push_back({{"id", s.id()}, {"tenant", s.tenant()}, {"client", s.client()}, {"peer", s.peer()}, {"age_seconds", s.age_seconds()},
                        {"ops_per_second", row.ops_per_second}, {"ops", s.ops()}, {"tensors", s.handles()}, {"bytes", row.bytes}});
  }
  for (const v1::DeviceInfo& d : now.devices.devices()) {
    devices.push_back({{"name", d.name()}, {"bytes_in_use", d.bytes_in_use()}, {"bytes_reserved", d.bytes_reserved()},
                       {"memory_limit", d.memory_limit()}, {"failure", d.failure()}});
  }
  return {{"devices", devices}, {"sessions", sessions}};
}

volatile sig_atomic_t interrupted = 0;

// A terminal's other screen, whose keys come at once; both as they were at the end.
class Screen {
 public:
  explicit Screen(bool terminal) : terminal_(terminal) {
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = 1; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
    if (!terminal_) return;
    keys_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (keys_) {
      termios raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    std::cout << "\x1b[?1049h\x1b[?25l" << std::flush;
  }
  ~Screen() {
    if (!terminal_) return;
    std::cout << "\x1b[?25h\x1b[?1049l" << std::flush;
    if (keys_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }

  void Show(const std::vector<std::string>& lines) const {
    if (!terminal_) {
      for (const std::string& line : lines) std::cout << line << "\n";
      std::cout << "\n" << std::flush;
      return;
    }
    winsize size = {};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 2 || size.ws_col == 0) size = {.ws_row = 24, .ws_col = 80};
    std::string out = "\x1b[H";
    const size_t room = static_cast<size_t>(size.ws_row) - 1;
    for (size_t i = 0; i < lines.size() && i < room; ++i) absl::StrAppend(&out, lines[i].substr(0, size.ws_col), "\x1b[K\n");
    absl::StrAppend(&out, "\x1b[J\x1b[", size.ws_row, ";1Hq: quit");
    std::cout << out << std::flush;
  }

  // False if it is time to go: q was pressed, or a signal came.
  bool Wait(double seconds) const {
    const Clock::time_point until = Clock::now() + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
    while (interrupted == 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0) return true;
      pollfd in = {.fd = keys_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
      if (poll(&in, 1, static_cast<int>(left)) <= 0) continue;
      char key = 0;
      if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q') return false;
    }
    return false;
  }

 private:
  const bool terminal_;
  bool keys_ = false;
  termios before_ = {};
};

absl::Status Top(const Options& options, Remote& remote) {
  ASSIGN_OR_RETURN(Sample before, Take(remote));
  const bool once = options.once || options.json;
  const Screen screen(!once && isatty(STDOUT_FILENO) != 0);
  if (!once) screen.Show(Lines(remote, Rows(before, before), before));
  while (screen.Wait(options.interval)) {
    ASSIGN_OR_RETURN(Sample now, Take(remote));
    const std::vector<Row> rows = Rows(before, now);
    if (options.json) return PrintJson(ToJson(rows, now));
    screen.Show(Lines(remote, rows, now));
    if (once) return absl::OkStatus();
    before = std::move(now);
  }
  return absl::OkStatus();
}

}  // namespace

void AddTop(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* top = app.add_subcommand("top", "Watch devices and sessions; q quits. Where there is no terminal it goes on line by line");
  top->add_option("--interval", options->interval, "Seconds between two looks")
      ->check(cli::Seconds(0.1, 3600))->type_name("SECONDS")->capture_default_str();
  top->add_flag("--once", options->once, "Measure for one interval, print that and end");
  top->add_flag("--json", options->json, "The same as JSON");
  top->callback([options, &run] { run = [options](Remote& remote) { return Top(*options, remote); }; });
}

}  // namespace eager::ctl
