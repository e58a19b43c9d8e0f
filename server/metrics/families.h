// Samples on their way to Prometheus.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "server/exec/histogram.h"
#include "server/metrics/metric_table.h"

namespace eager::server {

// Collects samples by metric; names, kinds and helps are the table's. For one thread.
class Families {
 public:
  Families();

  // `labels`: values in the order of the row's names.
  void Add(Metric metric, std::vector<std::string> labels, double value);
  void Add(Metric metric, double value) { Add(metric, {}, value); }
  void AddSeconds(Metric metric, std::vector<std::string> labels, const Histogram::Totals& nanoseconds);
  void AddSizes(Metric metric, std::vector<std::string> labels, const Histogram::Totals& sizes);

  // Those with a sample, in the order of the table.
  std::vector<prometheus::MetricFamily> Take();

 private:
  prometheus::ClientMetric& Sample(Metric metric, std::vector<std::string> labels);
  void AddHistogram(Metric metric, std::vector<std::string> labels, const Histogram::Totals& totals, double bound_unit, double sum_unit);

  std::vector<prometheus::MetricFamily> families_;
};

// In Prometheus's text format, version 0.0.4.
std::string ToText(const std::vector<prometheus::MetricFamily>& families);

}  // namespace eager::server
