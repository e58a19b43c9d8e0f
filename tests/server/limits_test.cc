// Limits as operators write them.

#include "server/session/limits.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/match.h"

namespace eager::server {
namespace {

TEST(Limits, SectionsSayWhoseTheyAre) {
  const auto set = LimitSet::Parse(R"(# of everybody
[tenant alice]
cpu-memory = 2GiB   # twice as much
cpu-share=3
session-handles = none

[default]
cpu-memory = 1g
sessions = 7
)",
                                   Limits());
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->For("alice").cpu_memory, int64_t{2} << 30);
  EXPECT_EQ(set->For("alice").cpu_share, 3);
  EXPECT_EQ(set->For("alice").sessions, 7) << "what a tenant's section does not say is as in [default]";
  EXPECT_EQ(set->For("alice").session_handles, 0);
  EXPECT_EQ(set->For("bob").cpu_memory, int64_t{1} << 30);
  EXPECT_EQ(set->For("bob").session_handles, Limits().session_handles);
}

TEST(Limits, SizesHaveUnits) {
  Limits limits;
  const std::pair<const char*, int64_t> sizes[] = {{"12", 12}, {"12B", 12}, {"3k", 3 << 10}, {"3KiB", 3 << 10},
                                                   {"5MB", 5 << 20}, {"1T", int64_t{1} << 40}, {"none", 0}};
  for (const auto& [text, bytes] : sizes) {
    EXPECT_TRUE(SetLimit("gpu-memory", text, limits).ok()) << text;
    EXPECT_EQ(limits.gpu_memory, bytes) << text;
  }
}

TEST(Limits, ErrorsNameTheLine) {
  const auto error = [](const char* text) { return std::string(LimitSet::Parse(text, Limits()).status().message()); };
  EXPECT_TRUE(absl::StartsWith(error("[default]\nhandels = 3\n"), "line 2: unknown limit 'handels'; known are: session-cpu-memory,"));
  EXPECT_EQ(error("[default]\n\nhandles = -3\n"), "line 3: limit 'handles': expected a number above 0, or none, got '-3'");
  EXPECT_EQ(error("[default]\nhandles = 4GiB\n"), "line 2: limit 'handles': expected a number above 0, or none, got '4GiB'");
  EXPECT_EQ(error("[tenant a]\ncpu-memory = 4 quarts\n"),
            "line 2: limit 'cpu-memory': expected a size as 4GiB above 0, or none, got '4 quarts'");
  EXPECT_EQ(error("[default]\ncpu-memory = 9223372036854775807k\n"),
            "line 2: limit 'cpu-memory': expected a size as 4GiB above 0, or none, got '9223372036854775807k'");
  EXPECT_EQ(error("[default]\ncpu-share = 5000\n"), "line 2: limit 'cpu-share': expected a weight of 1 to 1000, got '5000'");
  EXPECT_EQ(error("handles = 3\n"), "line 1: a limit stands before [default] or [tenant NAME]");
  EXPECT_EQ(error("[default]\nhandles\n"), "line 2: expected name = value, got 'handles'");
  EXPECT_EQ(error("[tenant]\n"), "line 1: expected [default] or [tenant NAME], got '[tenant]'");
  EXPECT_EQ(error("[default]\n[default]\n"), "line 2: this section is in line 1 already");
}

TEST(Limits, EveryOneHasItsOwnName) {
  for (const LimitKey& key : LimitKeys()) {
    Limits limits;
    ASSERT_TRUE(SetLimit(key.name, "77", limits).ok()) << key.name;
    EXPECT_EQ(limits.*key.field, 77) << key.name;
    EXPECT_EQ(NameOf(key.field), key.name);
  }
}

TEST(Limits, AFileThatIsNotThereIsAnError) {
  EXPECT_TRUE(absl::StrContains(LimitSet::Read("/nowhere/limits", Limits()).status().message(), "/nowhere/limits"));
}

}  // namespace
}  // namespace eager::server
