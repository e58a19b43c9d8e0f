#include "server/rpc/listings.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "server/exec/counters.h"
#include "server/kernels/kernel.h"

namespace eager::server {
namespace {

void DescribeArg(const OpSpec& op, const ArgSpec& arg, v1::OpDescription::Arg* out) {
  const int type_attr = arg.types_attr >= 0 ? arg.types_attr : arg.type_attr;
  const absl::string_view type = type_attr >= 0 ? op.attrs[type_attr].name : Name(arg.dtype);
  out->set_name(std::string(arg.name));
  out->set_type(arg.number_attr >= 0 ? absl::StrCat(op.attrs[arg.number_attr].name, " * ", type) : std::string(type));
  out->set_host(arg.host);
}

void DescribeAttr(const AttrSpec& attr, v1::OpDescription::Attr* out) {
  out->set_name(std::string(attr.name));
  out->set_kind(std::string(Name(attr.kind)));
  if (attr.kind == AttrKind::kType) out->set_allowed(attr.dtypes.ToString());
  if (!attr.choices.empty()) out->set_allowed(absl::StrCat("'", absl::StrJoin(attr.choices, "', '"), "'"));
  if (attr.minimum.has_value()) out->set_allowed(absl::StrCat(">= ", *attr.minimum));
  if (attr.default_value.index() != 0) out->set_default_value(ToString(attr.default_value));
  out->set_inferred(attr.inferred);
}

}  // namespace

void DescribeDevice(const Device& device, v1::DeviceInfo* info) {
  const DeviceAttributes& attributes = device.attributes();
  const MemoryStats stats = device.memory_stats();
  info->set_name(attributes.name);
  info->set_type(attributes.type);
  info->set_memory_limit(attributes.memory_limit);
  info->set_incarnation(attributes.incarnation);
  info->set_physical_desc(attributes.physical_desc);
  info->set_bytes_in_use(stats.bytes_in_use);
  info->set_peak_bytes_in_use(stats.peak_bytes_in_use);
  info->set_bytes_reserved(stats.bytes_reserved);
  info->set_live_buffers(stats.live_buffers);
  info->set_failure(std::string(device.health().message()));
  const HardwareStats hardware = device.hardware_stats();
  v1::HardwareInfo* out = info->mutable_hardware();
  if (hardware.utilization_percent >= 0) out->set_utilization_percent(hardware.utilization_percent);
  if (hardware.memory_utilization_percent >= 0) out->set_memory_utilization_percent(hardware.memory_utilization_percent);
  if (hardware.memory_used_bytes >= 0) out->set_memory_used_bytes(hardware.memory_used_bytes);
  if (hardware.memory_total_bytes >= 0) out->set_memory_total_bytes(hardware.memory_total_bytes);
  if (hardware.power_watts >= 0) out->set_power_watts(hardware.power_watts);
  if (hardware.power_limit_watts >= 0) out->set_power_limit_watts(hardware.power_limit_watts);
  if (hardware.temperature_celsius >= 0) out->set_temperature_celsius(hardware.temperature_celsius);
  if (hardware.ecc_errors_corrected >= 0) out->set_ecc_errors_corrected(hardware.ecc_errors_corrected);
  if (hardware.ecc_errors_uncorrected >= 0) out->set_ecc_errors_uncorrected(hardware.ecc_errors_uncorrected);
}

void DescribeDevices(const DeviceSet& devices, v1::ListDevicesResponse* response) {
  for (const auto& device : devices.devices()) DescribeDevice(*device, response->add_devices());
  const ExecCounters& counters = ExecCounters::Get();
  response->set_bytes_copied_to_devices(counters.bytes_to_devices.load(std::memory_order_relaxed));
  response->set_bytes_copied_to_host(counters.bytes_to_host.load(std::memory_order_relaxed));
  response->set_bytes_copied_between_devices(counters.bytes_between_devices.load(std::memory_order_relaxed));
}

void DescribeSession(const Session& session, v1::SessionInfo* info) {
  const SessionStats& stats = session.stats();
  info->set_client(session.client());
  info->set_peer(session.peer());
  info->set_handles(stats.handles.load(std::memory_order_relaxed));
  info->set_signatures(stats.signatures.load(std::memory_order_relaxed));
  info->set_tapes(stats.tapes.load(std::memory_order_relaxed));
  info->set_ops(stats.ops.load(std::memory_order_relaxed));
  info->set_age_seconds(session.age_seconds());
  info->set_id(session.id());
  info->set_tenant(session.tenant().name());
  for (const auto& [device, bytes] : session.queues().bytes_by_device()) {
    v1::DeviceBytes* memory = info->add_memory();
    memory->set_device(device);
    memory->set_bytes(bytes);
  }
}

absl::Status ListSessions(const SessionRegistry& sessions, const Caller& caller, const v1::ListSessionsRequest& request,
                          v1::ListSessionsResponse* response) {
  if (!request.tenant().empty() && request.tenant() != caller.tenant && !caller.admin) {
    return absl::PermissionDeniedError("ListSessions: only an admin may list the sessions of others");
  }
  const std::string& wanted = request.tenant().empty() && !caller.admin ? caller.tenant : request.tenant();
  for (const auto& session : sessions.List()) {
    if (wanted.empty() || session->tenant().name() == wanted) DescribeSession(*session, response->add_sessions());
  }
  return absl::OkStatus();
}

void DescribeOp(const OpSpec& op, const DeviceSet& devices, v1::OpDescription* description) {
  description->set_name(std::string(op.name));
  description->set_doc(std::string(op.def->doc));
  for (const ArgSpec& arg : op.inputs) DescribeArg(op, arg, description->add_inputs());
  for (const ArgSpec& arg : op.outputs) DescribeArg(op, arg, description->add_outputs());
  for (const AttrSpec& attr : op.attrs) DescribeAttr(attr, description->add_attrs());
  description->set_differentiable(op.differentiable);
  const auto type_attr = std::find_if(op.attrs.begin(), op.attrs.end(), [](const AttrSpec& a) { return a.kind == AttrKind::kType; });
  const bool gpus = absl::c_any_of(devices.devices(), [](const auto& device) { return !device->host_accessible(); });
  const DTypeSet on_host = CpuKernels().dtypes(op), on_gpus = gpus ? CudaKernels().dtypes(op) : DTypeSet();
  for (int d = 0; d < kNumDTypes; ++d) {
    const DType dtype = static_cast<DType>(d);
    // A kernel may serve more than the op allows.
    if (!IsValid(dtype) || (type_attr != op.attrs.end() && !type_attr->dtypes.contains(dtype))) continue;
    if (on_host.contains(dtype)) description->add_dtypes(std::string(Name(dtype)));
    if (on_gpus.contains(dtype)) description->add_gpu_dtypes(std::string(Name(dtype)));
  }
  description->set_host_falls(ExecCounters::Get().host_falls[static_cast<size_t>(op.index)].load(std::memory_order_relaxed));
}

absl::Status DescribeOp(absl::string_view name, const DeviceSet& devices, v1::OpDescription* description) {
  ASSIGN_OR_RETURN(const OpSpec* op, OpTable::Builtin().Get(name));
  DescribeOp(*op, devices, description);
  return absl::OkStatus();
}

}  // namespace eager::server
