// The list of known differences: what it forgives, and what it does not.
#include "tests/conformance/known.h"

#include <gtest/gtest.h>

namespace eager::conformance {
namespace {

CaseInfo Case(const std::string& op, const std::string& id) {
  CaseInfo info;
  info.group = op;
  info.id = id;
  return info;
}

TEST(KnownTest, FailuresThatAreListedAreKnown) {
  const auto known = KnownDifferences::Parse("# why\n\nSin/Sin_3  rounds otherwise\nCos/*_f*16\tin float16\n", "file").value();
  EXPECT_EQ(known.Judge(Case("Sin", "Sin_3"), Failed("1 is not 2")).verdict, Verdict::kKnown);
  EXPECT_EQ(known.Judge(Case("Sin", "Sin_3"), Failed("1 is not 2")).why, "rounds otherwise (1 is not 2)");
  EXPECT_EQ(known.Judge(Case("Cos", "Cos_bf16_f16_16"), Failed("")).verdict, Verdict::kKnown);
  EXPECT_EQ(known.Judge(Case("Sin", "Sin_33"), Failed("")).verdict, Verdict::kFailed);
  EXPECT_EQ(known.Judge(Case("Cos", "Cos_f16_1"), Failed("")).verdict, Verdict::kFailed);
  EXPECT_EQ(known.Judge(Case("ASin", "Sin_3"), Failed("")).verdict, Verdict::kFailed);
}

TEST(KnownTest, AListedCaseThatPassesIsAFailure) {
  const auto known = KnownDifferences::Parse("Sin/* rounds otherwise", "file").value();
  const Outcome outcome = known.Judge(Case("Sin", "Sin_3"), Passed());
  EXPECT_EQ(outcome.verdict, Verdict::kFailed);
  EXPECT_NE(outcome.why.find("passes"), std::string::npos);
  EXPECT_EQ(known.Judge(Case("Sin", "Sin_3"), Skipped("")).verdict, Verdict::kSkipped);
  EXPECT_EQ(known.Judge(Case("Cos", "Cos_3"), Passed()).verdict, Verdict::kPassed);
}

TEST(KnownTest, EveryLineHasAReason) {
  const auto known = KnownDifferences::Parse("Sin/*\n", "file");
  EXPECT_EQ(known.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(known.status().message(), "file:1: 'Sin/*' has no reason");
  EXPECT_EQ(KnownDifferences::Read("/nowhere").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace eager::conformance
