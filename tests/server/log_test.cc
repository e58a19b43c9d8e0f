// Lines of the log: what is in them whatever they are told, and how many there are.

#include "server/log/log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/log/format.h"
#include "server/log/rate.h"

namespace eager::server {
namespace {

using Json = nlohmann::json;

TEST(Log, TextStandsAsItIsWhereItCan) {
  EXPECT_EQ(FormatText("ready", {}), "event=ready");
  EXPECT_EQ(FormatText("a", {{"n", -3}, {"u", size_t{7}}, {"x", 0.5}, {"yes", true}, {"text", "ipv4:127.0.0.1:80"}}),
            "event=a n=-3 u=7 x=0.5 yes=true text=ipv4:127.0.0.1:80");
}

TEST(Log, TextIsQuotedWhereItMustBe) {
  EXPECT_EQ(FormatText("a", {{"v", ""}}), "event=a v=\"\"");
  EXPECT_EQ(FormatText("a", {{"v", "two words"}}), "event=a v=\"two words\"");
  EXPECT_EQ(FormatText("a", {{"v", "x=y"}}), "event=a v=\"x=y\"");
  EXPECT_EQ(FormatText("a", {{"v", "say \"no\"\\"}}), "event=a v=\"say \\\"no\\\"\\\\\"");
  EXPECT_EQ(FormatText("a", {{"v", std::string("line\nlevel=error\r\t\0end", 22)}}),
            "event=a v=\"line\\nlevel=error\\r\\t\\u0000end\"");
  EXPECT_EQ(FormatText("a", {{"v", "\x1b[2J\x7f"}}), "event=a v=\"\\u001b[2J\\u007f\"");
  EXPECT_EQ(FormatText("a", {{"v", "\xC2\x9B[2J \xE2\x80\xA8"}}), "event=a v=\"\\u009b[2J \\u2028\"");
  EXPECT_EQ(FormatText("a", {{"v", "größer"}}), "event=a v=\"größer\"");
}

TEST(Log, EveryTextIsUtf8AndOneLine) {
  const std::string texts[] = {"\xff",         "a\xC3",         "\xC0\x80",     "\xED\xA0\x80", "\xF4\x90\x80\x80",
                               "\xF0\x9F\x98", "\xE0\x80\xAF!", "\xF8\x88\x80", "\x80\x80"};
  for (const std::string& text : texts) {
    const std::string line = FormatText("a", {{"v", text}});
    EXPECT_TRUE(absl::StrContains(line, "\xEF\xBF\xBD")) << line;
    // nlohmann's parser is strict about UTF-8.
    const Json json = Json::parse(absl::StrCat("{", FormatJson("a", {{"v", text}})), nullptr, /*allow_exceptions=*/false);
    EXPECT_FALSE(json.is_discarded()) << line;
  }
  for (int c = 0; c < 256; ++c) {
    const std::string text = absl::StrCat("x", std::string(1, static_cast<char>(c)), "y");
    const std::string line = FormatJson("a", {{"v", text}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Json json = Json::parse(absl::StrCat("{", line), nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << c;
    if (c < 128) {
      EXPECT_EQ(json["v"], text) << c;
    }
  }
}

TEST(Log, JsonKeepsTypes) {
  const Json json = Json::parse(absl::StrCat("{", FormatJson("stream_open", {{"n", std::numeric_limits<int64_t>::min()},
                                                                 {"u", std::numeric_limits<uint64_t>::max()},
                                                                 {"no", false},
                                                                 {"nan", std::nan("")},
                                                                 {"inf", HUGE_VAL},
                                                                 {"text", "a \"b\""}})));
  EXPECT_EQ(json["event"], "stream_open");
  EXPECT_EQ(json["n"], std::numeric_limits<int64_t>::min());
  EXPECT_EQ(json["u"], std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(json["no"], false);
  EXPECT_EQ(json["nan"], "nan");
  EXPECT_EQ(json["inf"], "inf");
  EXPECT_EQ(json["text"], "a \"b\"");
}

TEST(LogRate, WritesSoManyOfAnEventInASecondAndTellsOfTheRestOnce) {
  LogRate rate;
  std::vector<LogRate::LeftOut> left_out;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rate.Take("flood", 5, 3, left_out), i < 3) << i;
  EXPECT_TRUE(rate.Take("other", 5, 3, left_out));
  EXPECT_TRUE(left_out.empty());  // the second is not over
  EXPECT_TRUE(rate.Take("other", 6, 3, left_out));
  ASSERT_EQ(left_out.size(), 1u);
  EXPECT_EQ(left_out[0].event, "flood");
  EXPECT_EQ(left_out[0].count, 7u);
  left_out.clear();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(rate.Take("flood", 7, 3, left_out), i < 3) << i;
  EXPECT_TRUE(left_out.empty());
  left_out = rate.TakeAll();
  ASSERT_EQ(left_out.size(), 1u);
  EXPECT_EQ(left_out[0].count, 1u);
  EXPECT_TRUE(rate.TakeAll().empty());
}

TEST(LogRate, ZeroIsNoLimit) {
  LogRate rate;
  std::vector<LogRate::LeftOut> left_out;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(rate.Take("flood", 5, 0, left_out));
  EXPECT_TRUE(rate.TakeAll().empty());
}

TEST(Log, CountsWhatItWrites) {
  SetUpLog({.level = LogLevel::kWarning, .rate = 0});
  const LogCounts before = CountLogLines();
  Log(LogLevel::kInfo, "test_unwritten");
  for (int i = 0; i < 200; ++i) Log(LogLevel::kWarning, "test_warning", {{"i", i}});
  Log(LogLevel::kError, "test_error");
  const LogCounts after = CountLogLines();
  EXPECT_EQ(after.info, before.info);
  EXPECT_EQ(after.warning, before.warning + 200);
  EXPECT_EQ(after.error, before.error + 1);
  EXPECT_EQ(after.dropped, before.dropped);
}

}  // namespace
}  // namespace eager::server
