// Pictures by the real gnuplot, and what happens without it.

#include "client/plot/plot.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "client/plot/gnuplot.h"
#include "tests/support/temp_folder.h"

namespace eager::plot {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class PlotTest : public ::testing::Test {
 protected:
  std::string Path(const char* name) const { return temp_ / name; }
  std::string Content(const char* name) const {
    return testing::ReadFile(Path(name));
  }
  // How many files there are: half-made pictures would count.
  long Files() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }

  testing::TempFolder temp_;
  const fs::path folder_ = temp_.path();
};

template <class F>
StatusCode CodeOf(F call, const char* says = "") {
  try {
    call();
    return StatusCode::kOk;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.where().file_name()).find("plot_test.cc"), std::string::npos);
    return error.code();
  }
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(PlotTest, APngOfTheSizeAskedFor) {
  line({3.0, 2.0, 1.0}, {.title = "T", .path = Path("loss.png"), .width = 300, .height = 200});
  const std::string png = Content("loss.png");
  ASSERT_GT(png.size(), 100u);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(png.substr(16, 8), std::string("\0\0\x01\x2c\0\0\0\xc8", 8));
  line(std::vector<float>{1, 2}, {.path = Path("loss.png"), .width = 100, .height = 100});  // replaced
  EXPECT_EQ(Content("loss.png").substr(16, 8), std::string("\0\0\0\x64\0\0\0\x64", 8));
  struct stat file;
  ASSERT_EQ(stat(Path("loss.png").c_str(), &file), 0);
  EXPECT_NE(file.st_mode & S_IRUSR, 0u);
  EXPECT_EQ(Files(), 1);
}

TEST_F(PlotTest, TextsAreTakenLiterally) {
  const std::string evil = "it's \"x_1\" `touch hacked` @a\n$data0 \\\\ %d 손실";
  line({{evil, {1, 2, 3}}, {"b", {3, 2, 1}, {10, 20, 30}}},
       {.title = evil, .xlabel = evil, .ylabel = evil, .path = Path("a'b.svg")});
  const std::string svg = Content("a'b.svg");
  EXPECT_NE(svg.find("<svg"), std::string::npos);
  EXPECT_EQ(Count(svg, "`touch hacked`"), 4u) << "title, two labels, key";
  EXPECT_NE(svg.find("x_1"), std::string::npos);
  EXPECT_NE(svg.find("손실"), std::string::npos);
  EXPECT_EQ(internal::GnuplotQuoted("it's\n`x`"), "'it''s `x`'");
}

TEST_F(PlotTest, GapsWhereThereIsNoNumber) {
  const std::vector<Series> series = {{"loss", {1, 2, kNan, std::numeric_limits<double>::infinity(), 5, 6}}};
  const std::string script = internal::LineScript(series, {}, "svg");
  EXPECT_NE(script.find("$data0 << END\n0 1\n1 2\n\n\n4 5\n5 6\nEND\n"), std::string::npos) << script;
  line(series, {.path = Path("gaps.svg")});
  // Nothing to draw is no error: axes alone.
  line({kNan, kNan}, {.path = Path("nan.png")});
  line({{"empty", {}}}, {.path = Path("empty.png")});
  EXPECT_EQ(Files(), 3);
}

TEST_F(PlotTest, WhatCannotBeDrawn) {
  const auto draw = [](Options options) { line(std::vector<double>{1, 2}, options); };
  EXPECT_EQ(CodeOf([] { line(std::vector<Series>{}); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([] { line({{"a", {1, 2}, {1}}}); }, "'a' has 1 x for 2 y"), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { draw({.path = Path("loss.jpg")}); }, ".png or .svg"), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { draw({.path = Path("loss.png"), .width = 0}); }), StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf([&] { draw({.path = Path("no/such/loss.png")}); }, "loss.png"), StatusCode::kNotFound);
  EXPECT_EQ(Files(), 0);
}

// PATH is the process's: the test puts it back.
class OtherPath {
 public:
  explicit OtherPath(const fs::path& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
  ~OtherPath() { setenv("PATH", before_.c_str(), 1); }

 private:
  const std::string before_;
};

TEST_F(PlotTest, WithoutGnuplotAndWhenItFails) {
  const fs::path bin = folder_ / "bin";
  fs::create_directory(bin);
  const OtherPath path(bin);
  const auto draw = [&] { line(std::vector<double>{1, 2}, {.path = Path("loss.png")}); };
  EXPECT_EQ(CodeOf(draw, "gnuplot-nox"), StatusCode::kNotFound);
  std::ofstream(bin / "gnuplot") << "#!/bin/sh\necho 'no such terminal' >&2\nexit 3\n";
  fs::permissions(bin / "gnuplot", fs::perms::owner_all);
  EXPECT_EQ(CodeOf(draw, "exit status 3: no such terminal"), StatusCode::kInternal);
  std::ofstream(bin / "gnuplot") << "#!/bin/sh\n";
  EXPECT_EQ(CodeOf(draw, "drew nothing"), StatusCode::kInternal);
  EXPECT_EQ(Files(), 1) << "only bin";
}

}  // namespace
}  // namespace eager::plot
