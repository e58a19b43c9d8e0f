// The bucket rule of TensorBoard's histograms.
#pragma once

#include "absl/types/span.h"
#include "common/host_tensor.h"

namespace eager::internal {

// float64 [max(buckets, 0), 3]: left edge, right edge and count of each bucket. All are half-open but the last. Source:
// tensorboard/plugins/histogram/summary_v2.py, with the results of TensorFlow's CPU kernels for what is not finite.
HostTensor HistogramBuckets(absl::Span<const double> data, int buckets);

}  // namespace eager::internal
