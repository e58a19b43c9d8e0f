#include "server/session/limits.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status_macros.h"
#include "server/device/cpu/host_memory.h"

namespace eager::server {
namespace {

constexpr LimitKey kKeys[] = {
    {"session-cpu-memory", &Limits::session_cpu_memory, true, "bytes of a session's tensors on the CPU"},
    {"session-gpu-memory", &Limits::session_gpu_memory, true, "bytes of a session's tensors on each GPU"},
    {"session-handles", &Limits::session_handles, false, "tensors and variables that a session holds"},
    {"session-signatures", &Limits::session_signatures, false, "ops with attributes that a session has defined"},
    {"session-tapes", &Limits::session_tapes, false, "tapes of a session"},
    {"session-tape-records", &Limits::session_tape_records, false, "ops that a session's tapes have recorded"},
    {"sessions", &Limits::sessions, false, "sessions of a tenant"},
    {"cpu-memory", &Limits::cpu_memory, true, "bytes of a tenant's tensors on the CPU"},
    {"gpu-memory", &Limits::gpu_memory, true, "bytes of a tenant's tensors on each GPU"},
    {"handles", &Limits::handles, false, "tensors and variables that a tenant's sessions hold"},
    {"ops-in-flight", &Limits::ops_in_flight, false, "items of a tenant's messages that have come and are not yet executed"},
    {"transfers", &Limits::transfers, false, "uploads and downloads of a tenant at one time"},
    {"upload-bytes", &Limits::upload_bytes, true, "bytes of a tenant's uploads at one time"},
    {"upload-size", &Limits::upload_size, true, "bytes of one upload"},
    {"cpu-share", &Limits::cpu_share, false, "weight of a tenant among those that wait for the compute threads, 1 to 1000"},
};
constexpr int64_t kMostShare = 1000;

absl::StatusOr<int64_t> ParseAmount(absl::string_view value, bool bytes) {
  if (value == "none") return 0;
  const size_t digits = std::min(value.size(), value.find_first_not_of("0123456789"));
  int64_t number = 0;
  int shift = 0;
  std::string unit = absl::AsciiStrToLower(value.substr(digits));
  if (bytes && !unit.empty() && unit != "b") {
    const size_t power = absl::string_view("kmgt").find(unit[0]);
    const absl::string_view rest = absl::string_view(unit).substr(1);
    if (power != absl::string_view::npos && (rest.empty() || rest == "b" || rest == "ib")) {
      shift = 10 * (static_cast<int>(power) + 1);
      unit.clear();
    }
  }
  if (unit == "b" && bytes) unit.clear();
  if (digits == 0 || !unit.empty() || !absl::SimpleAtoi(value.substr(0, digits), &number) || number <= 0 ||
      number > std::numeric_limits<int64_t>::max() >> shift) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", bytes ? "a size as 4GiB" : "a number", " above 0, or none, got '", value, "'"));
  }
  return number << shift;
}

}  // namespace

absl::Span<const LimitKey> LimitKeys() { return kKeys; }

absl::string_view NameOf(int64_t Limits::*field) {
  return std::find_if(std::begin(kKeys), std::end(kKeys), [&](const LimitKey& key) { return key.field == field; })->name;
}

Limits DefaultLimits() {
  // A tensor, its handle and its buffer take about 200 bytes: a tenant's may take a quarter of the host's memory.
  constexpr int64_t kMemoryPerHandle = 1 << 10;
  Limits limits;
  limits.handles = std::min(limits.handles, std::max<int64_t>(HostMemoryBytes() / kMemoryPerHandle, 1 << 16));
  limits.session_handles = std::min(limits.session_handles, limits.handles);
  return limits;
}

absl::Status SetLimit(absl::string_view name, absl::string_view value, Limits& limits) {
  const auto key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const LimitKey& k) { return k.name == name; });
  if (key == std::end(kKeys)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown limit '", name, "'; known are: ",
        absl::StrJoin(kKeys, ", ", [](std::string* out, const LimitKey& k) { absl::StrAppend(out, k.name); })));
  }
  absl::StatusOr<int64_t> amount = ParseAmount(value, key->bytes);
  if (amount.ok() && key->field == &Limits::cpu_share && (*amount < 1 || *amount > kMostShare)) {
    amount = absl::InvalidArgumentError(absl::StrCat("expected a weight of 1 to ", kMostShare, ", got '", value, "'"));
  }
  if (!amount.ok()) return absl::InvalidArgumentError(absl::StrCat("limit '", name, "': ", amount.status().message()));
  limits.*(key->field) = *amount;
  return absl::OkStatus();
}

absl::StatusOr<LimitSet> LimitSet::Parse(absl::string_view text, const Limits& defaults) {
  struct Line {
    int number;
    std::string tenant;  // "": [default]
    absl::string_view name, value;
  };
  std::vector<Line> lines;
  std::map<std::string, int> sections;
  const auto wrong = [](int number, absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", why));
  };
  int number = 0;
  std::string tenant;
  bool in_section = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    if (absl::ConsumePrefix(&line, "[")) {
      absl::string_view title = line;
      const bool closed = absl::ConsumeSuffix(&title, "]");
      title = absl::StripAsciiWhitespace(title);
      const bool of_tenant = absl::ConsumePrefix(&title, "tenant ");
      title = absl::StripAsciiWhitespace(title);
      if (!closed || title.empty() || (!of_tenant && title != "default")) {
        return wrong(number, absl::StrCat("expected [default] or [tenant NAME], got '[", line, "'"));
      }
      tenant = of_tenant ? std::string(title) : "";
      in_section = true;
      const auto [it, fresh] = sections.try_emplace(tenant, number);
      if (!fresh) return wrong(number, absl::StrCat("this section is in line ", it->second, " already"));
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (line.find('=') == absl::string_view::npos) return wrong(number, absl::StrCat("expected name = value, got '", line, "'"));
    if (!in_section) return wrong(number, "a limit stands before [default] or [tenant NAME]");
    lines.push_back({number, tenant, absl::StripAsciiWhitespace(parts.first), absl::StripAsciiWhitespace(parts.second)});
  }
  LimitSet set(defaults);
  const auto apply = [&](const Line& line, Limits& limits) {
    const absl::Status status = SetLimit(line.name, line.value, limits);
    return status.ok() ? status : wrong(line.number, status.message());
  };
  for (const Line& line : lines) {
    if (line.tenant.empty()) RETURN_IF_ERROR(apply(line, set.defaults_));
  }
  for (const Line& line : lines) {
    if (line.tenant.empty()) continue;
    RETURN_IF_ERROR(apply(line, set.tenants_.try_emplace(line.tenant, set.defaults_).first->second));
  }
  return set;
}

absl::StatusOr<LimitSet> LimitSet::Read(const std::string& path, const Limits& defaults) {
  std::ifstream file(path);
  std::stringstream text;
  if (!file || !(text << file.rdbuf())) {
    return absl::NotFoundError(absl::StrCat("the limits file ", path, " cannot be read, or is empty"));
  }
  absl::StatusOr<LimitSet> set = Parse(text.str(), defaults);
  if (!set.ok()) return absl::Status(set.status().code(), absl::StrCat(path, ": ", set.status().message()));
  return set;
}

const Limits& LimitSet::For(absl::string_view tenant) const {
  const auto it = tenants_.find(std::string(tenant));
  return it == tenants_.end() ? defaults_ : it->second;
}

}  // namespace eager::server
