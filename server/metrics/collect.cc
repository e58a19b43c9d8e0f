#include "server/metrics/collect.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/device/cpu/compute.h"
#include "server/device/cpu/compute_gate.h"
#include "server/exec/counters.h"
#include "server/exec/op_counts.h"
#include "server/exec/recent_errors.h"
#include "server/exec/unknown_ops.h"
#include "server/kernels/variable.h"
#include "server/log/log.h"
#include "server/metrics/process_figures.h"
#include "server/rpc/call_counts.h"
#include "server/rpc/message_counts.h"
#include "server/rpc/version.h"
#include "server/session/session_registry.h"
#include "server/state/state_folder.h"

namespace eager::server {
namespace {

double Seconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }
double Number(const std::atomic<uint64_t>& counter) { return static_cast<double>(counter.load(std::memory_order_relaxed)); }

void CollectOps(Families& out) {
  const OpTable& table = OpTable::Builtin();
  for (const OpCounts* counts : OpCounts::All()) {
    for (int op = 0; op < table.size(); ++op) {
      const std::string name(table.at(op).name);
      if (const uint64_t calls = counts->calls(op); calls != 0) {
        out.Add(Metric::kOps, {name, counts->device(), CodeName(0)}, static_cast<double>(calls));
        out.Add(Metric::kOpSeconds, {name, counts->device()}, static_cast<double>(counts->nanoseconds(op)) * 1e-9);
      }
      for (int code = 1; code < kStatusCodes; ++code) {
        const uint64_t failures = counts->failures(op, code);
        if (failures != 0) out.Add(Metric::kOps, {name, counts->device(), CodeName(code)}, static_cast<double>(failures));
      }
    }
  }
  for (int op = 0; op < table.size(); ++op) {
    const double falls = Number(ExecCounters::Get().host_falls[static_cast<size_t>(op)]);
    if (falls != 0) out.Add(Metric::kHostFallbacks, {std::string(table.at(op).name)}, falls);
  }
  for (const auto& [name, count] : UnknownOps::Get().List()) out.Add(Metric::kUnknownOps, {name}, static_cast<double>(count));
}

void CollectGpu(const std::string& name, const HardwareStats& stats, Families& out) {
  const auto add = [&](Metric metric, double value) {
    if (value >= 0) out.Add(metric, {name}, value);
  };
  add(Metric::kGpuUtilization, stats.utilization_percent / 100.0);
  add(Metric::kGpuMemoryUsed, static_cast<double>(stats.memory_used_bytes));
  add(Metric::kGpuMemoryTotal, static_cast<double>(stats.memory_total_bytes));
  add(Metric::kGpuPower, stats.power_watts);
  add(Metric::kGpuTemperature, stats.temperature_celsius);
  if (stats.ecc_errors_corrected >= 0) out.Add(Metric::kGpuEccErrors, {name, "corrected"}, static_cast<double>(stats.ecc_errors_corrected));
  if (stats.ecc_errors_uncorrected >= 0) {
    out.Add(Metric::kGpuEccErrors, {name, "uncorrected"}, static_cast<double>(stats.ecc_errors_uncorrected));
  }
}

struct OfTenant {
  int64_t sessions = 0;
  int64_t handles = 0;
  std::map<std::string, int64_t> memory;
  std::map<std::string, uint64_t> refusals;
};

void CollectTenants(const std::map<std::string, OfTenant>& tenants, Families& out) {
  for (const auto& [label, tenant] : tenants) {
    out.Add(Metric::kTenantSessions, {label}, static_cast<double>(tenant.sessions));
    out.Add(Metric::kTenantHandles, {label}, static_cast<double>(tenant.handles));
    for (const auto& [device, bytes] : tenant.memory) out.Add(Metric::kTenantMemory, {label, device}, static_cast<double>(bytes));
    for (const auto& [limit, count] : tenant.refusals) out.Add(Metric::kTenantRefused, {label, limit}, static_cast<double>(count));
  }
}

}  // namespace

std::string CompilerOfBuild() {
#ifdef __clang__
  return absl::StrCat("clang ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#else
  return absl::StrCat("gcc ", __GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#endif
}

std::string CudaOfBuild() { return EAGERD_CUDA_VERSION; }

std::string CodeName(int code) {
  const std::string name = absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
  return name.empty() ? "UNKNOWN" : name;
}

void CollectProcess(absl::Time started, bool ready, Families& out) {
  out.Add(Metric::kBuildInfo, {kVersion, CompilerOfBuild(), CudaOfBuild()}, 1);
  out.Add(Metric::kStartTime, Seconds(started));
  out.Add(Metric::kUptime, absl::ToDoubleSeconds(absl::Now() - started));
  out.Add(Metric::kReady, ready ? 1 : 0);
  const LogCounts log = CountLogLines();
  const std::pair<const char*, uint64_t> levels[] = {{"debug", log.debug}, {"info", log.info}, {"warning", log.warning}, {"error", log.error}};
  for (const auto& [level, lines] : levels) out.Add(Metric::kLogLines, {level}, static_cast<double>(lines));
  out.Add(Metric::kLogLinesDropped, static_cast<double>(log.dropped));
  const ProcessFigures figures = ReadProcessFigures();
  out.Add(Metric::kProcessCpu, figures.cpu_seconds);
  out.Add(Metric::kProcessResident, static_cast<double>(figures.resident_bytes));
  out.Add(Metric::kProcessVirtual, static_cast<double>(figures.virtual_bytes));
  out.Add(Metric::kProcessFds, static_cast<double>(figures.open_fds));
  out.Add(Metric::kProcessMaxFds, static_cast<double>(figures.max_fds));
  out.Add(Metric::kProcessStart, figures.start_time_seconds);
  out.Add(Metric::kProcessThreads, static_cast<double>(figures.threads));
}

void CollectWork(Families& out) {
  CollectOps(out);
  for (int code = 1; code < kStatusCodes; ++code) {
    out.Add(Metric::kErrors, {CodeName(code)}, static_cast<double>(RecentErrors::Get().count(code)));
  }
  const MessageCounts::Totals messages = MessageCounts::All();
  for (size_t i = 0; i < kPhaseNames.size(); ++i) out.AddSeconds(Metric::kPhaseSeconds, {kPhaseNames[i]}, messages.phases[i]);
  out.AddSeconds(Metric::kReadSeconds, {}, messages.reads);
  out.AddSizes(Metric::kBatchItems, {}, messages.items);
  for (size_t i = 0; i < kPathNames.size(); ++i) {
    out.Add(Metric::kReceivedBytes, {kPathNames[i]}, static_cast<double>(messages.received[i]));
    out.Add(Metric::kSentBytes, {kPathNames[i]}, static_cast<double>(messages.sent[i]));
  }
  const ExecCounters& counters = ExecCounters::Get();
  out.Add(Metric::kCopiedBytes, {"to_device"}, Number(counters.bytes_to_devices));
  out.Add(Metric::kCopiedBytes, {"to_host"}, Number(counters.bytes_to_host));
  out.Add(Metric::kCopiedBytes, {"between"}, Number(counters.bytes_between_devices));
  out.Add(Metric::kBackwardPasses, Number(counters.backward_passes));
  out.Add(Metric::kComputeThreads, ComputeThreads());
  out.Add(Metric::kComputeWaiting, ComputeGate::Get().waiting());
  for (const CallCounts::Method& method : CallCounts::Get().List()) {
    out.Add(Metric::kCallsOpen, {method.name}, static_cast<double>(method.open));
    for (int code = 0; code < kStatusCodes; ++code) {
      const uint64_t calls = method.ended[static_cast<size_t>(code)];
      if (calls != 0 || code == 0) out.Add(Metric::kCalls, {method.name, CodeName(code)}, static_cast<double>(calls));
    }
  }
}

void CollectDevices(const DeviceSet& devices, Families& out) {
  const std::map<std::string, int64_t> variables = LivingVariables();
  for (const auto& device : devices.devices()) {
    const std::string& name = device->attributes().name;
    const MemoryStats memory = device->memory_stats();
    out.Add(Metric::kDeviceHealthy, {name}, device->health().ok() ? 1 : 0);
    out.Add(Metric::kTensors, {name}, static_cast<double>(memory.live_buffers));
    const auto there = variables.find(name);
    out.Add(Metric::kVariables, {name}, there == variables.end() ? 0 : static_cast<double>(there->second));
    out.Add(Metric::kMemoryInUse, {name}, static_cast<double>(memory.bytes_in_use));
    out.Add(Metric::kMemoryPeak, {name}, static_cast<double>(memory.peak_bytes_in_use));
    out.Add(Metric::kMemoryReserved, {name}, static_cast<double>(memory.bytes_reserved));
    out.Add(Metric::kMemoryLimit, {name}, static_cast<double>(device->attributes().memory_limit));
    const auto reserved = static_cast<double>(memory.bytes_reserved), in_use = static_cast<double>(memory.bytes_in_use);
    out.Add(Metric::kPoolFree, {name}, reserved > in_use ? (reserved - in_use) / reserved : 0);
    CollectGpu(name, device->hardware_stats(), out);
  }
}

void CollectSessions(SessionRegistry& sessions, const std::function<std::string(const std::string&)>& label_of, Families& out) {
  std::map<std::string, OfTenant> tenants;
  int64_t served = 0, waiting = 0, tapes = 0, named = 0;
  for (const auto& tenant : sessions.tenants().List()) {
    named += tenant->variables().size();
    OfTenant& sum = tenants[label_of(tenant->name())];
    for (const auto& [device, bytes] : tenant->quota().memory()) sum.memory[device] += bytes;
    for (const auto& [limit, count] : tenant->quota().refusals()) sum.refusals[limit] += count;
  }
  for (const SessionRegistry::Standing& standing : sessions.Standings()) {
    ++(standing.served ? served : waiting);
    const SessionStats& stats = standing.session->stats();
    tapes += stats.tapes.load(std::memory_order_relaxed);
    OfTenant& tenant = tenants[label_of(standing.session->tenant().name())];
    ++tenant.sessions;
    tenant.handles += stats.handles.load(std::memory_order_relaxed);
  }
  out.Add(Metric::kNamedVariables, static_cast<double>(named));
  out.Add(Metric::kTapes, static_cast<double>(tapes));
  out.Add(Metric::kSessions, {"served"}, static_cast<double>(served));
  out.Add(Metric::kSessions, {"waiting"}, static_cast<double>(waiting));
  const SessionCounts counts = sessions.counts();
  out.Add(Metric::kSessionsOpened, static_cast<double>(counts.opened));
  out.Add(Metric::kSessionsResumed, static_cast<double>(counts.resumed));
  out.Add(Metric::kSessionsExpired, static_cast<double>(counts.expired));
  out.Add(Metric::kSessionsKilled, static_cast<double>(counts.killed));
  out.Add(Metric::kSessionsClosed, static_cast<double>(counts.closed));
  out.Add(Metric::kReclaimedHandles, static_cast<double>(counts.reclaimed_handles));
  out.Add(Metric::kReclaimedBytes, static_cast<double>(counts.reclaimed_bytes));
  CollectTenants(tenants, out);
}

void CollectState(const StateFolder& state, Families& out) {
  const StateFolder::Saves saves = state.saves();
  out.Add(Metric::kStateSaves, {"success"}, static_cast<double>(saves.succeeded));
  out.Add(Metric::kStateSaves, {"failure"}, static_cast<double>(saves.failed));
  out.Add(Metric::kStateLastSave, saves.last == absl::InfinitePast() ? 0 : Seconds(saves.last));
}

}  // namespace eager::server
