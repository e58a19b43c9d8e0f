#include "server/metrics/status_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/time/clock.h"
#include "server/exec/counters.h"
#include "server/exec/op_counts.h"
#include "server/exec/recent_errors.h"
#include "server/metrics/collect.h"
#include "server/rpc/message_counts.h"
#include "server/rpc/version.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostSessions = 1000;
constexpr size_t kMostOps = 50;

double Seconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

// Null for what the hardware does not say.
Json Known(double value) { return value < 0 ? Json() : Json(value); }

Json Gpu(const HardwareStats& stats) {
  return {{"utilization", stats.utilization_percent < 0 ? Json() : Json(stats.utilization_percent / 100.0)},
          {"memory_used", Known(static_cast<double>(stats.memory_used_bytes))},
          {"memory_total", Known(static_cast<double>(stats.memory_total_bytes))},
          {"power_watts", Known(stats.power_watts)},
          {"temperature_celsius", Known(stats.temperature_celsius)}};
}

Json Devices(const DeviceSet& devices) {
  Json list = Json::array();
  for (const auto& device : devices.devices()) {
    const DeviceAttributes& attributes = device->attributes();
    const MemoryStats memory = device->memory_stats();
    const absl::Status health = device->health();
    list.push_back({{"name", attributes.name},
                    {"type", attributes.type},
                    {"description", attributes.physical_desc},
                    {"healthy", health.ok()},
                    {"failure", std::string(health.message())},
                    {"memory",
                     {{"in_use", memory.bytes_in_use},
                      {"peak", memory.peak_bytes_in_use},
                      {"reserved", memory.bytes_reserved},
                      {"limit", attributes.memory_limit}}},
                    {"buffers", memory.live_buffers},
                    {"gpu", device->host_accessible() ? Json() : Gpu(device->hardware_stats())}});
  }
  return list;
}

// Those that hold most come first.
Json Sessions(const std::vector<SessionRegistry::Standing>& standings) {
  std::vector<std::pair<int64_t, const SessionRegistry::Standing*>> order;
  for (const auto& standing : standings) order.emplace_back(standing.session->queues().bytes(), &standing);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->session->id() < b.second->session->id();
  });
  if (order.size() > kMostSessions) order.resize(kMostSessions);
  Json list = Json::array();
  for (const auto& [bytes, standing] : order) {
    const Session& session = *standing->session;
    const SessionStats& stats = session.stats();
    list.push_back({{"id", session.id()},
                    {"tenant", session.tenant().name()},
                    {"client", session.client()},
                    {"peer", session.peer()},
                    {"state", standing->served ? "served" : "waiting"},
                    {"age_seconds", session.age_seconds()},
                    {"handles", stats.handles.load()},
                    {"tapes", stats.tapes.load()},
                    {"ops", stats.ops.load()},
                    {"bytes", bytes}});
  }
  return list;
}

Json Latency(const Histogram::Totals& totals) {
  Json bounds = Json::array(), counts = Json::array();
  uint64_t cumulative = 0;
  for (int i = 0; i < Histogram::kBounds; ++i) {
    cumulative += totals.counts[static_cast<size_t>(i)];
    bounds.push_back(static_cast<double>(Histogram::Bound(i)) * 1e-6);
    counts.push_back(cumulative);
  }
  return {{"le", bounds}, {"count", counts}, {"total", totals.count()}, {"sum", static_cast<double>(totals.sum) * 1e-9}};
}

struct OpRow {
  std::string op, device;
  uint64_t count = 0, errors = 0;
  double seconds = 0;
};

// By their time, and how many there were in all.
std::vector<OpRow> Ops(uint64_t& total) {
  std::vector<OpRow> rows;
  const OpTable& table = OpTable::Builtin();
  for (const OpCounts* counts : OpCounts::All()) {
    for (int op = 0; op < table.size(); ++op) {
      OpRow row{std::string(table.at(op).name), counts->device(), counts->calls(op), 0, static_cast<double>(counts->nanoseconds(op)) * 1e-9};
      for (int code = 1; code < kStatusCodes; ++code) row.errors += counts->failures(op, code);
      row.count += row.errors;
      total += row.count;
      if (row.count != 0) rows.push_back(std::move(row));
    }
  }
  std::sort(rows.begin(), rows.end(), [](const OpRow& a, const OpRow& b) { return a.seconds > b.seconds; });
  if (rows.size() > kMostOps) rows.resize(kMostOps);
  return rows;
}

Json Errors() {
  Json list = Json::array();
  for (const RecentError& error : RecentErrors::Get().List()) {
    list.push_back({{"time_seconds", Seconds(error.time)},
                    {"code", absl::StatusCodeToString(error.code)},
                    {"op", error.op},
                    {"tenant", error.tenant},
                    {"message", error.message}});
  }
  return list;
}

Json Counters(uint64_t ops, const MessageCounts::Totals& messages, const SessionCounts& sessions) {
  uint64_t errors = 0, received = 0, sent = 0;
  for (int code = 1; code < kStatusCodes; ++code) errors += RecentErrors::Get().count(code);
  for (size_t i = 0; i < kPathNames.size(); ++i) {
    received += messages.received[i];
    sent += messages.sent[i];
  }
  return {{"ops", ops},
          {"reads", messages.reads.count()},
          {"errors", errors},
          {"received_bytes", received},
          {"sent_bytes", sent},
          {"backward_passes", ExecCounters::Get().backward_passes.load()},
          {"sessions_opened", sessions.opened},
          {"sessions_resumed", sessions.resumed},
          {"sessions_expired", sessions.expired}};
}

}  // namespace

std::string StatusJson(const StatusFacts& facts, Server* server) {
  const MessageCounts::Totals messages = MessageCounts::All();
  uint64_t total_ops = 0;
  Json ops = Json::array();
  for (const OpRow& row : Ops(total_ops)) {
    ops.push_back({{"op", row.op}, {"device", row.device}, {"count", row.count}, {"errors", row.errors}, {"seconds", row.seconds}});
  }
  const auto standings = server == nullptr ? std::vector<SessionRegistry::Standing>() : server->sessions().Standings();
  const Json status = {
      {"version", kVersion},
      {"build", {{"compiler", CompilerOfBuild()}, {"cuda", CudaOfBuild()}, {"type", EAGERD_BUILD_TYPE}}},
      {"now_seconds", Seconds(absl::Now())},
      {"uptime_seconds", absl::ToDoubleSeconds(absl::Now() - facts.started)},
      {"ready", facts.ready},
      {"draining", facts.draining},
      {"devices", server == nullptr ? Json::array() : Devices(server->devices())},
      {"sessions", Sessions(standings)},
      {"sessions_total", standings.size()},
      {"counters", Counters(total_ops, messages, server == nullptr ? SessionCounts() : server->sessions().counts())},
      {"latency", {{"read", Latency(messages.reads)}, {"execute", Latency(messages.phases[static_cast<size_t>(Phase::kExecute)])}}},
      {"ops", std::move(ops)},
      {"errors", Errors()},
      {"flags", facts.flags}};
  return status.dump(-1, ' ', false, Json::error_handler_t::replace);  // names are the clients', and may be no UTF-8
}

}  // namespace eager::server
