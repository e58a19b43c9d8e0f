#include "client/plot/plot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/plot/gnuplot.h"
#include "common/status_macros.h"

namespace eager::plot {
namespace {

constexpr int kMostPixels = 10'000;

absl::Status Check(const std::vector<Series>& series, const Options& options) {
  if (series.empty()) return absl::InvalidArgumentError("plot: there is no series to draw");
  for (const Series& s : series) {
    if (!s.x.empty() && s.x.size() != s.y.size()) {
      return absl::InvalidArgumentError(absl::StrCat("plot: the series '", s.name, "' has ", s.x.size(), " x for ",
                                                     s.y.size(), " y"));
    }
  }
  for (const int extent : {options.width, options.height}) {
    if (extent < 50 || extent > kMostPixels) {
      return absl::InvalidArgumentError(absl::StrCat("plot: a picture is 50 to ", kMostPixels, " pixels wide and high, not ",
                                                     options.width, "x", options.height));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TerminalFor(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".png") return "pngcairo";
  if (ending == ".svg") return "svg";
  return absl::InvalidArgumentError(absl::StrCat("plot: expected a path that ends in .png or .svg, got ", path));
}

absl::Status Draw(const std::string& script, int fd) {
  RETURN_IF_ERROR(internal::RunGnuplot(script, fd));
  struct stat file;
  if (fstat(fd, &file) != 0 || file.st_size == 0) return absl::InternalError("plot: gnuplot drew nothing");
  return absl::OkStatus();
}

// The picture is made beside its place, so that nobody ever sees half of one.
absl::Status DrawInto(const std::string& script, const std::string& path) {
  static std::atomic<int> counter{0};
  const std::string beside = absl::StrCat(path, ".", getpid(), ".", counter++, ".part");
  const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("plot: cannot write ", path));
  absl::Status status = Draw(script, fd);
  if (close(fd) != 0 && status.ok()) status = absl::ErrnoToStatus(errno, absl::StrCat("plot: cannot write ", path));
  if (status.ok() && std::rename(beside.c_str(), path.c_str()) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat("plot: cannot write ", path));
  }
  if (!status.ok()) unlink(beside.c_str());
  return status;
}

absl::Status Line(const std::vector<Series>& series, const Options& options) {
  RETURN_IF_ERROR(Check(series, options));
  ASSIGN_OR_RETURN(const std::string terminal, TerminalFor(options.path));
  return DrawInto(internal::LineScript(series, options, terminal), options.path);
}

}  // namespace

void line(const std::vector<Series>& series, const Options& options, std::source_location where) {
  internal::ThrowIfError(Line(series, options), where);
}

}  // namespace eager::plot
