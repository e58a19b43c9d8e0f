#include "client/plot/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status_macros.h"

extern char** environ;

namespace eager::internal {
namespace {

// More points than this, and marks would hide the line.
constexpr size_t kMostMarks = 40;

// A file in memory that only this process and its child know.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("gnuplot", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (fd_ >= 0) close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }

  // Errno, or 0. The file's position is its start afterwards.
  int Fill(absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return n < 0 ? errno : EIO;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return lseek(fd_, 0, SEEK_SET) < 0 ? errno : 0;
  }

  // The first bytes.
  std::string Text() const {
    char text[2048];
    const ssize_t n = pread(fd_, text, sizeof(text), 0);
    return std::string(absl::StripAsciiWhitespace(absl::string_view(text, n > 0 ? static_cast<size_t>(n) : 0)));
  }

 private:
  const int fd_;
};

std::string DataBlock(const plot::Series& series, size_t index) {
  std::string block = absl::StrCat("$data", index, " << END\n");
  for (size_t i = 0; i < series.y.size(); ++i) {
    const double x = series.x.empty() ? static_cast<double>(i) : series.x[i];
    if (std::isfinite(x) && std::isfinite(series.y[i])) {
      absl::StrAppendFormat(&block, "%.17g %.17g\n", x, series.y[i]);
    } else {
      block += "\n";  // an empty line ends a piece of the line
    }
  }
  return block + "END\n";
}

bool HasPoint(const plot::Series& series) {
  for (size_t i = 0; i < series.y.size(); ++i) {
    if (std::isfinite(series.y[i]) && (series.x.empty() || std::isfinite(series.x[i]))) return true;
  }
  return false;
}

}  // namespace

std::string GnuplotQuoted(absl::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += absl::ascii_iscntrl(static_cast<unsigned char>(c)) ? ' ' : c;
  }
  return quoted + "'";
}

std::string LineScript(absl::Span<const plot::Series> series, const plot::Options& options, absl::string_view terminal) {
  std::string script = absl::StrCat("set terminal ", terminal, " noenhanced size ", options.width, ",", options.height,
                                    " background '#ffffff'\nset encoding utf8\nset grid\n");
  absl::StrAppend(&script, "set title ", GnuplotQuoted(options.title), "\n", "set xlabel ", GnuplotQuoted(options.xlabel), "\n",
                  "set ylabel ", GnuplotQuoted(options.ylabel), "\n");
  std::string lines;
  for (size_t i = 0; i < series.size(); ++i) {
    if (!HasPoint(series[i])) continue;  // gnuplot takes a block without a point for a mistake
    absl::StrAppend(&script, DataBlock(series[i], i));
    const bool marks = series[i].y.size() <= kMostMarks;
    absl::StrAppend(&lines, lines.empty() ? "plot " : ", ", "$data", i, " using 1:2 with ",
                    marks ? "linespoints pointtype 7 pointsize 0.5" : "lines", " linewidth 2 ",
                    series[i].name.empty() ? "notitle" : absl::StrCat("title ", GnuplotQuoted(series[i].name)));
  }
  // Axes alone if no series has a point.
  if (lines.empty()) lines = "set xrange [0:1]\nset yrange [0:1]\nplot 1/0 notitle";
  return absl::StrCat(script, lines, "\n");
}

absl::Status RunGnuplot(absl::string_view script, int output) {
  const MemoryFile input, errors;
  if (input.fd() < 0 || errors.fd() < 0) return absl::ErrnoToStatus(errno, "plot: cannot make a file in memory");
  if (const int error = input.Fill(script); error != 0) return absl::ErrnoToStatus(error, "plot: cannot hold the script");

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.fd(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.fd(), STDERR_FILENO);
  // "-d": whatever the user's own gnuplot is set to, the picture is ours.
  char program[] = "gnuplot", no_settings[] = "-d", standard_input[] = "-";
  char* const arguments[] = {program, no_settings, standard_input, nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return absl::NotFoundError("plot: there is no gnuplot in PATH (Debian: gnuplot-nox)");
  if (error != 0) return absl::ErrnoToStatus(error, "plot: cannot start gnuplot");

  int result = 0;
  while (waitpid(child, &result, 0) < 0) {
    // Programs may have their children reaped by others; the picture tells then.
    if (errno != EINTR) return absl::OkStatus();
  }
  if (WIFEXITED(result) && WEXITSTATUS(result) == 0) return absl::OkStatus();
  const std::string how = WIFSIGNALED(result) ? absl::StrCat("signal ", WTERMSIG(result)) : absl::StrCat("exit status ", WEXITSTATUS(result));
  return absl::InternalError(absl::StrCat("plot: gnuplot failed, ", how, ": ", errors.Text()));
}

}  // namespace eager::internal
