// What sessions and tenants may have at most, as an operator sets it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace eager::server {

// 0 is no limit. Those of the daemon's own memory are finite unless somebody says otherwise.
struct Limits {
  // Of one session; they are read when it opens.
  int64_t session_cpu_memory = 0;
  int64_t session_gpu_memory = 0;  // on each GPU
  int64_t session_handles = int64_t{4} << 20;
  int64_t session_signatures = int64_t{1} << 18;
  int64_t session_tapes = int64_t{1} << 12;
  int64_t session_tape_records = int64_t{1} << 22;
  // Of a tenant, all its sessions together.
  int64_t sessions = 1024;
  int64_t cpu_memory = 0;
  int64_t gpu_memory = 0;  // on each GPU
  int64_t handles = int64_t{16} << 20;
  int64_t ops_in_flight = 0;
  int64_t transfers = 1024;
  int64_t upload_bytes = 0;
  int64_t upload_size = int64_t{1} << 40;
  int64_t cpu_share = 1;
};

// One of them under the name by which it is set and told of.
struct LimitKey {
  absl::string_view name;
  int64_t Limits::*field;
  bool bytes;
  absl::string_view doc;
};
absl::Span<const LimitKey> LimitKeys();

// The name of a limit.
absl::string_view NameOf(int64_t Limits::*field);
// The built-in limits, made smaller where the host has so little memory that its handles alone would fill it.
Limits DefaultLimits();
// From "4GiB", "100000" or "none". INVALID_ARGUMENT for an unknown name (all are listed) or a wrong value.
absl::Status SetLimit(absl::string_view name, absl::string_view value, Limits& limits);

// The limits of every tenant.
class LimitSet {
 public:
  explicit LimitSet(Limits defaults = DefaultLimits()) : defaults_(defaults) {}

  // From a file's text: lines `name = value` under [default] or [tenant NAME]; # starts a comment. What a tenant's section
  // does not say is as in [default], and what that does not say as in `defaults`, wherever the sections stand.
  // INVALID_ARGUMENT naming the line of what is wrong.
  static absl::StatusOr<LimitSet> Parse(absl::string_view text, const Limits& defaults);
  // The same from a file, with its name before every error.
  static absl::StatusOr<LimitSet> Read(const std::string& path, const Limits& defaults);

  const Limits& For(absl::string_view tenant) const;

 private:
  Limits defaults_;
  std::map<std::string, Limits, std::less<>> tenants_;
};

}  // namespace eager::server
