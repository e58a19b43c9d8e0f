#include "client/keras/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace eager::keras {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr int kWidth = 30;

// " 6ms/step"
std::string PerUnit(double seconds, const char* unit) {
  if (seconds >= 1 || seconds == 0) return absl::StrFormat(" %.0fs/%s", seconds, unit);
  if (seconds >= 1e-3) return absl::StrFormat(" %.0fms/%s", seconds * 1e3, unit);
  return absl::StrFormat(" %.0fus/%s", seconds * 1e6, unit);
}

std::string Remaining(double seconds) {
  const auto whole = static_cast<int64_t>(seconds);
  if (seconds > 3600) return absl::StrFormat("%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
  if (seconds > 60) return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
  return absl::StrFormat("%ds", whole);
}

std::string Figures(const Logs::Values& figures) {
  std::string text;
  for (const auto& [name, value] : figures) {
    absl::StrAppend(&text, " - ", name, ": ");
    if (std::abs(value) > 1e-3) {
      absl::StrAppendFormat(&text, "%.4f", value);
    } else {
      absl::StrAppendFormat(&text, "%.4e", value);
    }
  }
  return text;
}

// " 12/100", as wide as it will ever be.
std::string Count(int64_t done, int64_t steps) {
  if (steps < 0) return absl::StrFormat("%7d/Unknown", done);
  return absl::StrFormat("%*d/%d", static_cast<int>(absl::StrCat(steps).size()), done, steps);
}

}  // namespace

ProgressBar::ProgressBar(int64_t steps, Verbose verbose, std::ostream& out)
    : steps_(steps), verbose_(verbose), out_(out) {}

void ProgressBar::Step(int64_t done, const std::function<Logs::Values()>& figures) {
  if (verbose_ != Verbose::kBar) return;
  const double now = Seconds();
  if (done == 1) first_step_at_ = now;
  if (done == steps_ || (drawn_at_ >= 0 && now - drawn_at_ < kRedrawSeconds)) return;  // Finish() draws the last one
  Draw(done, figures(), false);
  drawn_at_ = Seconds();
}

void ProgressBar::Finish(int64_t done, const Logs::Values& figures) {
  if (verbose_ == Verbose::kBar) Draw(done, figures, true);
  if (verbose_ != Verbose::kLines) return;
  const double seconds = Seconds();
  out_ << Count(done, done) << absl::StrFormat(" - %.0fs", seconds) << Figures(figures) << " -"
       << PerUnit(seconds, "epoch") << " -"
       << PerUnit(seconds / static_cast<double>(std::max<int64_t>(1, done)), "step") << std::endl;
}

void ProgressBar::Draw(int64_t done, const Logs::Values& figures, bool last) {
  const double now = Seconds();
  const double step = done > 1 ? (now - first_step_at_) / static_cast<double>(done - 1) : done > 0 ? now : 0;
  const int64_t steps = last ? done : steps_;
  std::string text = Count(done, steps);
  if (steps > 0) {
    const int filled = static_cast<int>(kWidth * std::min(1.0, static_cast<double>(done) / static_cast<double>(steps)));
    std::string bar(static_cast<size_t>(kWidth), '.');
    std::fill_n(bar.begin(), filled, '=');
    if (filled > 0 && done < steps) bar[static_cast<size_t>(filled) - 1] = '>';
    absl::StrAppend(&text, " [", bar, "]");
  }
  if (last || steps < 0) {
    absl::StrAppend(&text, absl::StrFormat(" - %.0fs", now), PerUnit(step, "step"));
  } else {
    absl::StrAppend(&text, " - ETA: ", Remaining(step * static_cast<double>(steps - done)));
  }
  text += Figures(figures);
  const size_t width = text.size();
  if (width < width_) text.append(width_ - width, ' ');
  width_ = width;
  out_ << '\r' << text;
  if (last) out_ << '\n';
  out_ << std::flush;
}

Verbose Resolve(Verbose verbose, const std::ostream& out) {
  if (verbose != Verbose::kAuto) return verbose;
  return out.rdbuf() == std::cout.rdbuf() && isatty(STDOUT_FILENO) != 0 ? Verbose::kBar : Verbose::kLines;
}

}  // namespace eager::keras
