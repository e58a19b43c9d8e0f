#include "server/rpc/recording.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/version.h"

namespace eager::server {
namespace {

constexpr double kDefaultSeconds = 10;
constexpr double kMostSeconds = 600;
constexpr int kMostRecordings = 8;  // at once, of the process: each may take some 40 MiB
constexpr size_t kMostRows = 50;
constexpr size_t kPieceBytes = 256 << 10;
constexpr absl::Duration kLook = absl::Milliseconds(50);  // for the end of a session, of which nobody tells

std::atomic<int> recordings{0};

// The parts that took longest.
v1::ProfileSummary Summarize(const Recorder::Recording& recording) {
  using Name = std::pair<absl::string_view, absl::string_view>;  // category, name
  using Sum = std::pair<int64_t, uint64_t>;                      // nanoseconds, events
  absl::flat_hash_map<Name, Sum> sums;
  for (const Recorder::Event& event : recording.events) {
    const Recorder::Kind& kind = recording.kinds[event.kind];
    Sum& sum = sums[Name(kind.category, kind.name)];
    sum.first += event.took;
    ++sum.second;
  }
  std::vector<std::pair<Sum, Name>> order;
  for (const auto& [name, sum] : sums) order.emplace_back(sum, name);
  std::sort(order.rbegin(), order.rend());
  order.resize(std::min(order.size(), kMostRows));
  v1::ProfileSummary summary;
  summary.set_seconds(static_cast<double>(recording.took) * 1e-9);
  summary.set_events(recording.events.size());
  summary.set_dropped(recording.dropped);
  for (const auto& [sum, name] : order) {
    v1::ProfileRow* row = summary.add_rows();
    row->set_category(std::string(name.first));
    row->set_name(std::string(name.second));
    row->set_count(sum.second);
    row->set_seconds(static_cast<double>(sum.first) * 1e-9);
  }
  return summary;
}

}  // namespace

SessionRecording::SessionRecording(std::shared_ptr<Session> session, const v1::ProfileRequest& request, double seconds)
    : session_(std::move(session)),
      recorder_(std::make_shared<Recorder>(request.max_events() == 0 ? Recorder::kMostEvents : request.max_events())),
      nanoseconds_(static_cast<int64_t>(seconds * 1e9)),
      subject_{session_->id(), session_->client(), session_->tenant().name(), kVersion} {}

absl::StatusOr<std::unique_ptr<SessionRecording>> SessionRecording::Start(std::shared_ptr<Session> session,
                                                                          const v1::ProfileRequest& request) {
  const double seconds = request.seconds() == 0 ? kDefaultSeconds : request.seconds();
  if (!(seconds > 0 && seconds <= kMostSeconds)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'seconds' must be more than 0 and at most ", kMostSeconds, ", not ", seconds));
  }
  if (++recordings > kMostRecordings) {
    --recordings;
    return absl::ResourceExhaustedError(
        absl::StrCat(kMostRecordings, " sessions are being recorded, and more at once cannot be"));
  }
  std::unique_ptr<SessionRecording> recording(new SessionRecording(std::move(session), request, seconds));
  if (absl::Status status = recording->session_->StartRecording(recording->recorder_); !status.ok()) {
    recording->session_.reset();  // it is somebody else's to end
    return status;
  }
  return recording;
}

SessionRecording::~SessionRecording() {
  End();
  --recordings;
}

void SessionRecording::End() {
  if (session_ == nullptr) return;
  session_->StopRecording();
  session_.reset();
  recorder_->Stop();
}

bool SessionRecording::Goes() {
  if (session_ == nullptr || !session_->closed().ok()) return false;
  const int64_t left = nanoseconds_ - recorder_->Now();
  return left > 0 && !recorder_->AwaitStop(std::min(kLook, absl::Nanoseconds(left)));
}

v1::ProfileSummary SessionRecording::Finish(const std::function<bool(std::string)>& write) {
  End();
  const Recorder::Recording recording = recorder_->Take();
  WriteTrace(recording, subject_, kPieceBytes, write);
  return Summarize(recording);
}

}  // namespace eager::server
