// Every metric of the daemon: its name, kind, labels and help. The one place that knows names; docs/metrics.md is written from it.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace eager::server {

enum class MetricKind { kCounter, kGauge, kHistogram };
// Where it appears: on every daemon, with a GPU, with --state, or from its first event on.
enum class MetricScope { kAlways, kGpu, kState, kEvent };

struct MetricRow {
  absl::string_view name;
  MetricKind kind;
  absl::string_view labels;  // "op,device"; empty: none
  absl::string_view help;
  MetricScope scope = MetricScope::kAlways;
};

// In the order of the rows.
enum class Metric {
  kBuildInfo, kStartTime, kUptime, kReady, kDeviceHealthy,
  kOps, kOpSeconds, kHostFallbacks, kErrors, kUnknownOps,
  kPhaseSeconds, kReadSeconds, kBatchItems, kReceivedBytes, kSentBytes, kCopiedBytes,
  kTensors, kVariables, kNamedVariables, kTapes, kBackwardPasses,
  kMemoryInUse, kMemoryPeak, kMemoryReserved, kMemoryLimit, kPoolFree,
  kSessions, kSessionsOpened, kSessionsResumed, kSessionsExpired, kSessionsKilled, kSessionsClosed, kReclaimedHandles, kReclaimedBytes,
  kTenantSessions, kTenantHandles, kTenantMemory, kTenantRefused,
  kComputeThreads, kComputeWaiting,
  kCalls, kCallsOpen,
  kStateSaves, kStateLastSave,
  kGpuUtilization, kGpuMemoryUsed, kGpuMemoryTotal, kGpuPower, kGpuTemperature, kGpuEccErrors,
  kLogLines, kLogLinesDropped,
  kProcessCpu, kProcessResident, kProcessVirtual, kProcessFds, kProcessMaxFds, kProcessStart, kProcessThreads,
};

absl::Span<const MetricRow> MetricRows();
inline const MetricRow& RowOf(Metric metric) { return MetricRows()[static_cast<size_t>(metric)]; }

}  // namespace eager::server
