#include "client/summary/histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace eager::internal {
namespace {

struct Range {
  double min, max;
};

// nan if any element is.
Range RangeOf(absl::Span<const double> data) {
  Range range{data[0], data[0]};
  for (const double x : data) {
    if (std::isnan(x)) return {x, x};
    range.min = std::min(range.min, x);
    range.max = std::max(range.max, x);
  }
  return range;
}

std::vector<int64_t> Count(absl::Span<const double> data, double min, double width, int buckets) {
  std::vector<int64_t> counts(buckets);
  for (const double x : data) {
    const double position = std::floor((x - min) / width);
    // nan and what an int32 cannot hold are in no bucket.
    if (!(position >= 0 && position <= std::numeric_limits<int32_t>::max())) continue;
    ++counts[std::min(static_cast<int>(position), buckets - 1)];
  }
  return counts;
}

}  // namespace

HostTensor HistogramBuckets(absl::Span<const double> data, int buckets) {
  buckets = std::max(buckets, 0);
  HostTensor result(TensorSpec{DType::kFloat64, Shape{buckets, 3}});
  if (buckets == 0 || data.empty()) return result;
  double* const rows = result.values<double>().data();
  const auto [min, max] = RangeOf(data);
  const double range = max - min;
  if (range == 0) {
    for (int i = 0; i < buckets; ++i) rows[3 * i] = rows[3 * i + 1] = max;
    rows[3 * buckets - 1] = static_cast<double>(data.size());
    return result;
  }
  const double width = range / buckets;
  const std::vector<int64_t> counts = Count(data, min, width, buckets);
  for (int i = 0; i < buckets; ++i) {
    // Not min + i * width at both ends: the edges of the whole are the data's own.
    rows[3 * i] = i == 0 ? min : min + width * i;
    rows[3 * i + 1] = i == buckets - 1 ? max : min + width * (i + 1);
    rows[3 * i + 2] = static_cast<double>(counts[i]);
  }
  return result;
}

}  // namespace eager::internal
