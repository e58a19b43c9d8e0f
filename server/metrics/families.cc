#include "server/metrics/families.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

#include "absl/strings/str_split.h"

namespace eager::server {
namespace {

prometheus::MetricType TypeOf(MetricKind kind) {
  return kind == MetricKind::kCounter ? prometheus::MetricType::Counter
         : kind == MetricKind::kGauge ? prometheus::MetricType::Gauge
                                      : prometheus::MetricType::Histogram;
}

}  // namespace

Families::Families() : families_(MetricRows().size()) {
  for (size_t i = 0; i < families_.size(); ++i) {
    const MetricRow& row = MetricRows()[i];
    families_[i].name = std::string(row.name);
    families_[i].help = std::string(row.help);
    families_[i].type = TypeOf(row.kind);
  }
}

prometheus::ClientMetric& Families::Sample(Metric metric, std::vector<std::string> labels) {
  prometheus::ClientMetric& sample = families_[static_cast<size_t>(metric)].metric.emplace_back();
  size_t i = 0;
  for (const absl::string_view name : absl::StrSplit(RowOf(metric).labels, ',', absl::SkipEmpty())) {
    sample.label.push_back({std::string(name), i < labels.size() ? std::move(labels[i]) : ""});
    ++i;
  }
  return sample;
}

void Families::Add(Metric metric, std::vector<std::string> labels, double value) {
  prometheus::ClientMetric& sample = Sample(metric, std::move(labels));
  (RowOf(metric).kind == MetricKind::kCounter ? sample.counter.value : sample.gauge.value) = value;
}

void Families::AddSeconds(Metric metric, std::vector<std::string> labels, const Histogram::Totals& nanoseconds) {
  AddHistogram(metric, std::move(labels), nanoseconds, 1e-6, 1e-9);
}

void Families::AddSizes(Metric metric, std::vector<std::string> labels, const Histogram::Totals& sizes) {
  AddHistogram(metric, std::move(labels), sizes, 1, 1);
}

void Families::AddHistogram(Metric metric, std::vector<std::string> labels, const Histogram::Totals& totals, double bound_unit,
                            double sum_unit) {
  prometheus::ClientMetric::Histogram& out = Sample(metric, std::move(labels)).histogram;
  for (int i = 0; i <= Histogram::kBounds; ++i) {
    out.sample_count += totals.counts[static_cast<size_t>(i)];
    const double bound =
        i < Histogram::kBounds ? static_cast<double>(Histogram::Bound(i)) * bound_unit : std::numeric_limits<double>::infinity();
    out.bucket.push_back({out.sample_count, bound});
  }
  out.sample_sum = static_cast<double>(totals.sum) * sum_unit;
}

std::vector<prometheus::MetricFamily> Families::Take() {
  std::vector<prometheus::MetricFamily> taken;
  for (prometheus::MetricFamily& family : families_) {
    if (!family.metric.empty()) taken.push_back(std::move(family));
  }
  return taken;
}

std::string ToText(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace eager::server
