#include "server/state/tenant_state.h"

#include <algorithm>
#include <filesystem>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/bundle/checkpoint_state.h"
#include "common/bundle/file.h"
#include "common/bundle/naming.h"
#include "common/status_macros.h"
#include "server/log/log.h"

namespace eager::server {
namespace {

constexpr absl::string_view kBase = "ckpt-";

// "ckpt-12.index", "ckpt-12.data-00000-of-00001" -> 12; -1 for another file.
int64_t NumberOf(absl::string_view file) {
  int64_t number = -1;
  const size_t dot = file.find('.');
  if (!absl::ConsumePrefix(&file, kBase) || dot == absl::string_view::npos) return -1;
  return absl::SimpleAtoi(file.substr(0, dot - kBase.size()), &number) && number >= 0 ? number : -1;
}

}  // namespace

std::string TenantState::Prefix(int64_t number) const { return absl::StrCat(folder_, "/", kBase, number); }

std::vector<int64_t> TenantState::Numbers() const {
  std::vector<int64_t> numbers;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    if (const int64_t number = NumberOf(it->path().filename().string()); number >= 0) numbers.push_back(number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<std::string> TenantState::Candidates() const {
  std::vector<std::string> candidates;
  const auto add = [&](const std::string& prefix) {
    if (!prefix.empty() && !absl::c_linear_search(candidates, prefix)) candidates.push_back(prefix);
  };
  const auto state = bundle::ReadState(folder_);
  if (!state.ok()) {
    Log(LogLevel::kWarning, "state_broken", {{"file", bundle::StatePath(folder_)}, {"reason", state.status().message()}});
  } else if (state->has_value()) {
    add((*state)->latest);
    for (auto it = (*state)->all.rbegin(); it != (*state)->all.rend(); ++it) add(*it);
  }
  for (const int64_t number : Numbers()) {
    std::error_code error;
    if (std::filesystem::exists(bundle::IndexPath(Prefix(number)), error)) add(Prefix(number));
  }
  return candidates;
}

absl::StatusOr<NamedValues> TenantState::Load() {
  known_ = true;
  const std::vector<std::string> candidates = Candidates();
  absl::Status first;
  for (const std::string& prefix : candidates) {
    absl::StatusOr<NamedValues> values = ReadBundle(prefix);
    if (values.ok()) {
      last_ = prefix;
      last_time_ = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
      return values;
    }
    Log(LogLevel::kWarning, "save_broken", {{"save", prefix}, {"reason", values.status().message()}});
    first.Update(values.status());
  }
  if (candidates.empty()) return NamedValues();
  return absl::DataLossError(absl::StrCat("no save in ", folder_, " is whole (", first.message(),
                                          "); move the folder away to start without its variables"));
}

absl::StatusOr<TenantState::Saved> TenantState::Save(const NamedVariables& variables) {
  if (!known_) RETURN_IF_ERROR(Load().status());
  VariableMoments moments = VariableMoments::Take(variables);
  Versions versions;
  for (size_t i = 0; i < moments.variables.size(); ++i) {
    versions.emplace_back(moments.variables[i].variable, moments.moments[i].version);
  }
  if (last_.empty() && versions.empty()) return Saved();
  if (!last_.empty() && versions == last_versions_) {
    std::error_code error;
    if (std::filesystem::exists(bundle::IndexPath(last_), error)) return Saved();
  }

  const std::vector<int64_t> numbers = Numbers();
  const std::string prefix = Prefix(numbers.empty() ? 1 : numbers.front() + 1);
  ASSIGN_OR_RETURN(const BundleSize size, WriteBundle(prefix, std::move(moments)));
  RETURN_IF_ERROR(bundle::SyncFolder(bundle::FolderOf(folder_)));  // it may be new itself
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  bundle::CheckpointState state{.latest = prefix, .all = {prefix}, .timestamps = {now}};
  if (!last_.empty()) {
    state.all.insert(state.all.begin(), last_);
    state.timestamps.insert(state.timestamps.begin(), last_time_);
  }
  if (absl::Status written = bundle::WriteState(folder_, state); !written.ok()) {
    bundle::RemoveBundle(prefix);  // or every failed attempt would leave one
    return written;
  }
  for (const int64_t number : numbers) {
    if (Prefix(number) == last_) continue;
    bundle::RemoveBundle(Prefix(number));
    bundle::RemoveLeftovers(folder_, bundle::BaseOf(Prefix(number)));
  }
  bundle::RemoveLeftovers(folder_, "checkpoint");
  last_ = prefix;
  last_time_ = now;
  last_versions_ = std::move(versions);
  return Saved{prefix, size};
}

}  // namespace eager::server
