#include "server/metrics/metric_table.h"

namespace eager::server {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;
constexpr auto kHistogram = MetricKind::kHistogram;
constexpr auto kGpu = MetricScope::kGpu;
constexpr auto kState = MetricScope::kState;
constexpr auto kEvent = MetricScope::kEvent;

// clang-format off
constexpr MetricRow kRows[] = {
    {"eagerd_build_info", kGauge, "version,compiler,cuda", "Always 1; what was built, and with what. cuda is none in a build without it."},
    {"eagerd_start_time_seconds", kGauge, "", "When the daemon started, in Unix time."},
    {"eagerd_uptime_seconds", kGauge, "", "For how long it has run."},
    {"eagerd_ready", kGauge, "", "1 while /readyz says 200: it has started, does not drain, and every device works."},
    {"eagerd_device_healthy", kGauge, "device", "1 while the device works, 0 when it has failed."},

    {"eagerd_ops_total", kCounter, "op,device,code", "Ops that ran, and ops that failed by the code of their error. Ops that only pass on an earlier op's error are not counted. Those of gradients are. The device of a failed op may be the one it was meant for."},
    {"eagerd_op_seconds_total", kCounter, "op,device", "Time of ops on their session's thread, memory included. Of ops under 20 microseconds one in 61 is timed and stands for the others. On a GPU it is the time to ask for the work."},
    {"eagerd_host_fallbacks_total", kCounter, "op", "Ops that ran on the host because their device has no kernel for them.", kGpu},
    {"eagerd_errors_total", kCounter, "code", "Errors of ops, of other items of sessions, and of calls; each counts once, where it arises."},
    {"eagerd_unknown_ops_total", kCounter, "op", "Ops that TensorFlow programs asked for and the daemon does not have. From the hundred-and-first name on they are one, called other.", kEvent},

    {"eagerd_phase_seconds", kHistogram, "phase", "Time of a message: decode takes it apart, queue waits for turns at the compute threads, execute runs its items, wait brings values to the host, encode writes the answer. Only messages that have the phase count."},
    {"eagerd_read_seconds", kHistogram, "", "From the arrival of a message that reads values to its answer being written."},
    {"eagerd_batch_items", kHistogram, "", "Items (ops and others) a message."},
    {"eagerd_received_bytes_total", kCounter, "path", "Bytes from clients: messages of session streams, bulk uploads over the network, and through shared memory."},
    {"eagerd_sent_bytes_total", kCounter, "path", "Bytes to clients, by the same paths."},
    {"eagerd_copied_bytes_total", kCounter, "direction", "Bytes of tensors that ops found on another device than theirs and had copied."},

    {"eagerd_tensors", kGauge, "device", "Live buffers of tensors."},
    {"eagerd_variables", kGauge, "device", "Variables, of sessions and named ones."},
    {"eagerd_named_variables", kGauge, "", "Variables that belong to tenants and outlive sessions."},
    {"eagerd_tapes", kGauge, "", "Gradient tapes of all sessions."},
    {"eagerd_backward_passes_total", kCounter, "", "Gradients that were asked for of tapes."},

    {"eagerd_device_memory_in_use_bytes", kGauge, "device", "Memory of live tensors."},
    {"eagerd_device_memory_peak_bytes", kGauge, "device", "The most that was in use at a time."},
    {"eagerd_device_memory_reserved_bytes", kGauge, "device", "Memory that the pool has taken from the system, free blocks included."},
    {"eagerd_device_memory_limit_bytes", kGauge, "device", "The most that the pool may take."},
    {"eagerd_device_pool_free_ratio", kGauge, "device", "Of what the pool has taken, the part that is not in use: idle or fragmented. 0 while it has taken nothing."},

    {"eagerd_sessions", kGauge, "state", "Open sessions: served by a stream, or waiting for their client to come back."},
    {"eagerd_sessions_opened_total", kCounter, "", "Sessions that were opened."},
    {"eagerd_sessions_resumed_total", kCounter, "", "Streams that took a session on after its link broke."},
    {"eagerd_sessions_expired_total", kCounter, "", "Sessions that ended because their client did not come back."},
    {"eagerd_sessions_killed_total", kCounter, "", "Sessions that somebody ended from outside."},
    {"eagerd_sessions_closed_total", kCounter, "", "Sessions that their client, or the end of the daemon, closed."},
    {"eagerd_reclaimed_handles_total", kCounter, "", "Handles that expired sessions left."},
    {"eagerd_reclaimed_bytes_total", kCounter, "", "Memory of tensors that expired sessions left."},

    {"eagerd_tenant_sessions", kGauge, "tenant", "Open sessions of a tenant. From the hundred-and-first tenant on they are one, called other."},
    {"eagerd_tenant_handles", kGauge, "tenant", "Handles of a tenant's sessions."},
    {"eagerd_tenant_memory_bytes", kGauge, "tenant,device", "Device memory that a tenant's sessions have drawn against its limit."},
    {"eagerd_tenant_refused_total", kCounter, "tenant,limit", "What was refused because of a limit, by its name (docs/limits.md).", kEvent},

    {"eagerd_compute_threads", kGauge, "", "Threads that a large kernel uses."},
    {"eagerd_compute_waiting", kGauge, "", "Threads that wait for their turn at the compute threads."},

    {"eagerd_grpc_server_handled_total", kCounter, "grpc_method,grpc_code", "Calls that have ended, by code: of eager.v1.TensorService, and of TensorFlow's EagerService and WorkerService."},
    {"eagerd_grpc_server_open", kGauge, "grpc_method", "Calls and streams that are open."},

    {"eagerd_state_saves_total", kCounter, "result", "Saves of the named variables, success or failure.", kState},
    {"eagerd_state_last_save_timestamp_seconds", kGauge, "", "When the last save succeeded, in Unix time; 0: none since the start.", kState},

    {"eagerd_gpu_utilization_ratio", kGauge, "device", "Of the time, lately, the part in which something ran on the GPU.", kGpu},
    {"eagerd_gpu_memory_used_bytes", kGauge, "device", "Memory of the GPU that all processes of the host use.", kGpu},
    {"eagerd_gpu_memory_total_bytes", kGauge, "device", "Memory of the GPU.", kGpu},
    {"eagerd_gpu_power_watts", kGauge, "device", "What the GPU draws.", kGpu},
    {"eagerd_gpu_temperature_celsius", kGauge, "device", "Temperature of the GPU.", kGpu},
    {"eagerd_gpu_ecc_errors_total", kCounter, "device,kind", "Memory errors since the driver was loaded, corrected or uncorrected.", kGpu},

    {"eagerd_log_lines_total", kCounter, "level", "Lines that were logged."},
    {"eagerd_log_lines_dropped_total", kCounter, "", "Lines that a flood of their like kept out of the log."},

    {"process_cpu_seconds_total", kCounter, "", "CPU time of the daemon, user and system."},
    {"process_resident_memory_bytes", kGauge, "", "Resident memory."},
    {"process_virtual_memory_bytes", kGauge, "", "Virtual memory."},
    {"process_open_fds", kGauge, "", "Open files and sockets."},
    {"process_max_fds", kGauge, "", "The most that may be open."},
    {"process_start_time_seconds", kGauge, "", "When the process started, in Unix time."},
    {"process_threads", kGauge, "", "Threads of the process."},
};
// clang-format on
static_assert(std::size(kRows) == static_cast<size_t>(Metric::kProcessThreads) + 1);

}  // namespace

absl::Span<const MetricRow> MetricRows() { return kRows; }

}  // namespace eager::server
