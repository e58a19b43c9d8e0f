// What is counted, and under which names it is shown.

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/exec/counting_scope.h"
#include "server/exec/executor.h"
#include "server/exec/recent_errors.h"
#include "server/metrics/device_probe.h"
#include "server/metrics/families.h"
#include "server/metrics/metric_table.h"
#include "server/metrics/monitor.h"
#include "server/metrics/process_figures.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

TEST(Histogram, PutsAValueBelowTheFirstBoundThatIsNotSmaller) {
  for (uint64_t value : {0, 1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1 << 26, (1 << 26) + 1}) {
    int expected = 0;
    while (expected < Histogram::kBounds && value > Histogram::Bound(expected)) ++expected;
    EXPECT_EQ(Histogram::BucketOf(value), expected) << value;
  }
  EXPECT_EQ(Histogram::BucketOf(~uint64_t{0}), Histogram::kBounds);
  Histogram h;
  h.CountNanoseconds(1000);
  h.CountNanoseconds(1001);  // more than a microsecond
  Histogram::Totals totals;
  h.AddTo(totals);
  EXPECT_EQ(totals.counts[0], 1u);
  EXPECT_EQ(totals.counts[1], 1u);
  EXPECT_EQ(totals.sum, 2001u);
}

TEST(MetricTable, FollowsPrometheusConventions) {
  std::set<absl::string_view> names;
  for (const MetricRow& row : MetricRows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(absl::StartsWith(row.name, "eagerd_") || absl::StartsWith(row.name, "process_")) << row.name;
    EXPECT_TRUE(std::regex_match(std::string(row.name), std::regex("[a-z][a-z0-9_]*"))) << row.name;
    EXPECT_EQ(absl::EndsWith(row.name, "_total"), row.kind == MetricKind::kCounter) << row.name;
    EXPECT_TRUE(absl::EndsWith(row.help, ".")) << row.name;
    for (absl::string_view label : absl::StrSplit(row.labels, ',', absl::SkipEmpty())) {
      EXPECT_TRUE(label != "session" && label != "client" && label != "peer" && label != "le") << row.name << ": " << label;
    }
  }
  EXPECT_EQ(RowOf(Metric::kOps).name, "eagerd_ops_total");
  EXPECT_EQ(RowOf(Metric::kCallsOpen).name, "eagerd_grpc_server_open");
  EXPECT_EQ(RowOf(Metric::kProcessThreads).name, "process_threads");
}

TEST(Families, AreTextThatPrometheusReads) {
  Families families;
  families.Add(Metric::kOps, {"Add\"V2\n", "/device:CPU:0", "OK"}, 3);
  Histogram h;
  h.CountNanoseconds(3'000'000);
  Histogram::Totals totals;
  h.AddTo(totals);
  families.AddSeconds(Metric::kReadSeconds, {}, totals);
  const std::string text = ToText(families.Take());
  EXPECT_TRUE(absl::StrContains(text, "# TYPE eagerd_ops_total counter\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, R"(eagerd_ops_total{op="Add\"V2\n",device="/device:CPU:0",code="OK"} 3)")) << text;
  EXPECT_TRUE(absl::StrContains(text, "eagerd_read_seconds_count 1\n")) << text;
  EXPECT_TRUE(absl::StrContains(text, "eagerd_read_seconds_bucket{le=\"+Inf\"} 1\n")) << text;
  EXPECT_FALSE(absl::StrContains(text, "eagerd_uptime_seconds")) << text;
}

class Counting : public ::testing::Test {
 protected:
  void SetUp() override { devices_ = *DeviceSet::Make({"cpu", 0}); }

  SignatureRef Signature_(absl::string_view op) {
    const OpSpec* spec = OpTable::Builtin().Find(op);
    return MakeRef<Signature>(*spec, *Attrs::Make(*spec, {}), Place(devices_->host()));
  }
  TensorRef Floats(int64_t n) {
    const std::vector<float> values(static_cast<size_t>(n), 1.0f);
    return *MakeTensor({DType::kFloat32, Shape{n}}, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)},
                       Place(devices_->host()));
  }
  absl::Status Run(Signature& signature, std::vector<TensorRef> inputs) {
    Tensors outputs;
    return RunOp(signature, inputs, outputs);
  }
  uint64_t Calls(absl::string_view op) const { return Counts().calls(OpTable::Builtin().Find(op)->index); }
  uint64_t Nanoseconds(absl::string_view op) const { return Counts().nanoseconds(OpTable::Builtin().Find(op)->index); }
  OpCounts& Counts() const { return OpCounts::Of(devices_->host().attributes().name); }

  std::unique_ptr<DeviceSet> devices_;
};

TEST_F(Counting, AddsEveryCallOnce) {
  const SignatureRef add = Signature_("AddV2");
  const TensorRef x = Floats(2);
  const uint64_t before = Calls("AddV2"), time_before = Nanoseconds("AddV2");
  ASSERT_TRUE(Run(*add, {x, x}).ok());
  EXPECT_EQ(Calls("AddV2"), before + 1);  // at once, without a scope
  {
    const CountingScope scope("somebody");
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(Run(*add, {x, x}).ok());
    EXPECT_EQ(Calls("AddV2"), before + 1);
  }
  EXPECT_EQ(Calls("AddV2"), before + 1001);
  EXPECT_GT(Nanoseconds("AddV2"), time_before);
  {
    const CountingScope silent("", /*silent=*/true);
    ASSERT_TRUE(Run(*add, {x, x}).ok());
  }
  EXPECT_EQ(Calls("AddV2"), before + 1001);
}

TEST_F(Counting, KeepsASignatureThatGoesWithinAScope) {
  const TensorRef x = Floats(2);
  const uint64_t before = Calls("Mul");
  {
    const CountingScope scope("somebody");
    const SignatureRef mul = Signature_("Mul");
    ASSERT_TRUE(Run(*mul, {x, x}).ok());
  }
  EXPECT_EQ(Calls("Mul"), before + 1);
}

TEST(OpTally, TimesOneSmallCallInManyAndEveryLongOne) {
  const auto devices = *DeviceSet::Make({"cpu", 0});
  const int op = OpTable::Builtin().Find("Floor")->index;
  OpCounts& counts = OpCounts::Of(devices->host().attributes().name);
  const uint64_t before = counts.nanoseconds(op);
  OpTally tally;
  tally.RunOn(op, devices->host(), true);
  int timed = 0;
  for (uint32_t i = 0; i < 1 + 10 * OpTally::kStride; ++i) {
    if (tally.Due()) {
      ++timed;
      tally.Timed(100);
    }
    tally.Ran();
  }
  EXPECT_EQ(timed, 11);  // the first one, and one in kStride
  tally.Flush(op);
  EXPECT_EQ(counts.nanoseconds(op), before + 100 + 10 * OpTally::kStride * 100);
  tally.RunOn(op, devices->host(), true);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(tally.Due()) << i;
    tally.Timed(OpTally::kSmallNanoseconds);
    tally.Ran();
  }
}

TEST_F(Counting, TellsErrorsByOpAndCodeAndOfWhom) {
  const SignatureRef add = Signature_("AddV2");
  const uint64_t before = Counts().failures(add->op().index, 3), errors = RecentErrors::Get().count(3);
  {
    const CountingScope scope("alice");
    EXPECT_EQ(Run(*add, {Floats(2), Floats(3)}).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Counts().failures(add->op().index, 3), before + 1);
  EXPECT_EQ(RecentErrors::Get().count(3), errors + 1);
  const RecentError error = RecentErrors::Get().List().at(0);
  EXPECT_EQ(error.op, "AddV2");
  EXPECT_EQ(error.tenant, "alice");
  EXPECT_EQ(error.code, absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(error.message.empty());
}

TEST(RecentErrors, KeepsTheLastAndCutsThemAtACharacter) {
  RecentErrors errors;
  std::string long_text(RecentErrors::kMessageBytes - 1, 'a');
  long_text += "\u00e9 and more";
  for (int i = 0; i < 60; ++i) errors.Add(absl::NotFoundError(absl::StrCat(i, " ", long_text)), "Op", "t");
  errors.Add(absl::OkStatus(), "Op", "t");
  const std::vector<RecentError> list = errors.List();
  ASSERT_EQ(list.size(), RecentErrors::kMost);
  EXPECT_TRUE(absl::StartsWith(list[0].message, "59 "));
  EXPECT_LE(list[0].message.size(), RecentErrors::kMessageBytes);
  EXPECT_EQ(errors.count(static_cast<int>(absl::StatusCode::kNotFound)), 60u);
  RecentErrors cut;
  cut.Add(absl::NotFoundError(long_text), "Op", "t");
  EXPECT_EQ(cut.List()[0].message, std::string(RecentErrors::kMessageBytes - 1, 'a'));
}

TEST(Sessions, AreCountedByHowTheyEnd) {
  const auto devices = *DeviceSet::Make({"cpu", 0});
  SessionRegistry sessions(*devices);
  const std::string tokens[] = {"token number one ", "token number two ", "token number three"};
  std::string id;
  for (const std::string& token : tokens) {
    auto session = sessions.Open(token, Caller(), "test", "nowhere");
    ASSERT_TRUE(session.ok()) << session.status();
    id = (*session)->id();
  }
  sessions.Close(tokens[0], absl::CancelledError("done"));
  ASSERT_TRUE(sessions.Kill(id, Caller()).ok());
  EXPECT_EQ(sessions.Standings().size(), 1u);
  sessions.CloseAll(absl::CancelledError("end"));
  const SessionCounts counts = sessions.counts();
  EXPECT_EQ(counts.opened, 3u);
  EXPECT_EQ(counts.killed, 1u);
  EXPECT_EQ(counts.closed, 2u);
}

TEST(TenantQuota, CountsWhatItsLimitsRefuse) {
  Limits limits;
  limits.session_tapes = 1;
  limits.session_handles = 1;
  limits.sessions = 1;
  const auto devices = *DeviceSet::Make({"cpu", 0});
  const auto tenant = std::make_shared<Tenant>("t", limits);
  const auto held = tenant->quota().OpenSession();
  EXPECT_FALSE(tenant->quota().OpenSession().ok());
  Session session(*devices, tenant, "test", "nowhere");
  EXPECT_TRUE(session.BeginTape(1, false).ok());
  EXPECT_FALSE(session.BeginTape(2, false).ok());
  EXPECT_TRUE(session.PutConstant(1, {DType::kInt32, Shape()}, "abcd", "").ok());
  session.PutConstant(2, {DType::kInt32, Shape()}, "abcd", "").IgnoreError();
  const std::map<std::string, uint64_t> refusals = tenant->quota().refusals();
  EXPECT_EQ(refusals, (std::map<std::string, uint64_t>{{"session-handles", 1}, {"session-tapes", 1}, {"sessions", 1}}));
}

TEST(Variables, AreCountedWhileTheyLive) {
  const auto devices = *DeviceSet::Make({"cpu", 0});
  const std::string name = devices->host().attributes().name;
  const auto count = [&] {
    const auto living = LivingVariables();
    const auto it = living.find(name);
    return it == living.end() ? 0 : it->second;
  };
  const int64_t before = count();
  {
    const auto variable = MakeRef<Variable>(TensorSpec{DType::kFloat32, Shape()}, "v", devices->host());
    EXPECT_EQ(count(), before + 1);
  }
  EXPECT_EQ(count(), before);
}

TEST(DeviceProbe, FindsThatTheProcessorAddsAndDoesNotCountIt) {
  const auto devices = *DeviceSet::Make({"cpu", 0});
  OpCounts& counts = OpCounts::Of(devices->host().attributes().name);
  const int add = OpTable::Builtin().Find("AddV2")->index;
  const uint64_t before = counts.calls(add);
  DeviceProbe probe(*devices, devices->host());
  EXPECT_TRUE(probe.Works().ok()) << probe.Works();
  EXPECT_EQ(counts.calls(add), before);
}

TEST(Monitor, IsNotReadyBeforeThereIsAServerAndWhileItDrains) {
  Monitor monitor;
  EXPECT_EQ(monitor.WhyNotReady(), std::vector<std::string>{"starting"});
  EXPECT_TRUE(absl::StrContains(monitor.Metrics(), "eagerd_ready 0\n"));
  EXPECT_EQ(monitor.Admit(std::nullopt, true).code(), absl::StatusCode::kUnavailable);
  monitor.Drain();
  EXPECT_EQ(monitor.WhyNotReady(), std::vector<std::string>{"draining"});
}

TEST(ProcessFigures, AreThoseOfThisProcess) {
  const ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes, 1 << 20);
  EXPECT_GT(figures.virtual_bytes, figures.resident_bytes);
  EXPECT_GE(figures.open_fds, 1);
  EXPECT_GE(figures.threads, 1);
  EXPECT_GT(figures.start_time_seconds, 1.6e9);
  EXPECT_LT(figures.start_time_seconds, absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()) + 2);
}

}  // namespace
}  // namespace eager::server
