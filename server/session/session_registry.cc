#include "server/session/session_registry.h"

#include <malloc.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace eager::server {
namespace {

constexpr size_t kEndedRemembered = 1024;
// How long a client that was told of its session's end may take to go.
constexpr std::chrono::seconds kLeave{2};
// How long a client that comes back waits for what its session still executes, before it asks again.
constexpr std::chrono::seconds kTakeOver{5};
// After the last session, before the heap's free pages go back to the system: the next one may be about to come.
constexpr std::chrono::seconds kTrimAfter{2};

}  // namespace

SessionRegistry::SessionRegistry(const DeviceSet& devices, Options options)
    : devices_(devices), options_(std::move(options)) {
  MutexLock lock(&mu_);
  if (options_.grace > absl::ZeroDuration()) WatchTime();
}

SessionRegistry::~SessionRegistry() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    changed_.SignalAll();
  }
  if (watcher_.joinable()) watcher_.join();
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Open(absl::string_view token, const Caller& caller,
                                                               std::string client, std::string peer,
                                                               std::shared_ptr<ServingStream> stream) {
  if (token.size() < 16) {
    return absl::InvalidArgumentError(
        absl::StrCat("a session's token must have at least 16 bytes, got ", token.size()));
  }
  constexpr size_t kMaxName = 1024;  // kept as long as the session, and listed
  if (std::max(token.size(), client.size()) > kMaxName) {
    return absl::InvalidArgumentError(absl::StrCat("a session's token and its client's name may have ", kMaxName, " bytes each"));
  }
  const std::shared_ptr<Tenant> tenant = tenants_.Get(caller.tenant);
  ASSIGN_OR_RETURN(Held place, Held::Take(tenants_.sessions(), 1, "the daemon", "sessions", "try again when one has ended"));
  ASSIGN_OR_RETURN(Held of_tenant, tenant->quota().OpenSession());
  auto session = std::make_shared<Session>(devices_, tenant, std::move(client), std::move(peer));
  session->Hold(std::move(place), std::move(of_tenant));
  MutexLock lock(&mu_);
  const auto [it, fresh] = sessions_.try_emplace(std::string(token));
  if (!fresh) return absl::AlreadyExistsError("a session with this token is open");
  it->second.session = session;
  it->second.stream = std::move(stream);
  ++counts_.opened;
  return session;
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Resume(absl::string_view token, const Caller& caller,
                                                                 std::shared_ptr<ServingStream> stream) {
  const Clock::time_point deadline = Clock::now() + kTakeOver;
  MutexLock lock(&mu_);
  while (true) {
    const auto it = sessions_.find(token);
    if (it == sessions_.end()) return WhyNot(token, caller);
    Entry& entry = it->second;
    if (entry.session->tenant().name() != caller.tenant) return WhyNot("", caller);
    if (!entry.served) {
      entry.stream = std::move(stream);
      entry.served = true;
      entry.expires = Clock::time_point::max();
      ++counts_.resumed;
      return entry.session;
    }
    if (entry.stream != nullptr) entry.stream->Cut();
    const auto left = deadline - Clock::now();
    if (left <= left.zero()) return absl::UnavailableError("the session still executes what came by its last stream");
    changed_.WaitFor(&mu_, left);
  }
}

void SessionRegistry::Detach(absl::string_view token, const ServingStream* stream) {
  const absl::Status over = absl::AbortedError("the session ended with its stream: this server waits for nobody");
  Entry ended;
  {
    MutexLock lock(&mu_);
    const auto it = sessions_.find(token);
    if (it == sessions_.end() || it->second.stream.get() != stream) return;
    if (options_.grace <= absl::ZeroDuration()) {
      it->second.stream = nullptr;
      ended = Take(it, over);
      ++counts_.closed;
    } else {
      it->second.stream = nullptr;
      it->second.served = false;
      it->second.expires = Clock::now() + absl::ToChronoNanoseconds(options_.grace);
      WatchTime();
    }
    changed_.SignalAll();
  }
  End(std::move(ended), over);
}

void SessionRegistry::Close(absl::string_view token, const absl::Status& why) {
  Entry ended;
  {
    MutexLock lock(&mu_);
    const auto it = sessions_.find(token);
    if (it != sessions_.end()) {
      ended = Take(it, why);
      ++counts_.closed;
    }
  }
  End(std::move(ended), why);
}

void SessionRegistry::CloseAll(const absl::Status& why) {
  std::vector<Entry> all;
  {
    MutexLock lock(&mu_);
    counts_.closed += sessions_.size();
    while (!sessions_.empty()) all.push_back(Take(sessions_.begin(), why));
  }
  for (Entry& entry : all) End(std::move(entry), why);
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Find(absl::string_view token, const Caller& caller) const {
  MutexLock lock(&mu_);
  const auto it = sessions_.find(token);
  if (it == sessions_.end()) return WhyNot(token, caller);
  if (it->second.session->tenant().name() != caller.tenant) return WhyNot("", caller);
  return it->second.session;
}

namespace {

// To who is no admin, a session of others is as one that is not there.
bool IsTheOne(const Session& session, absl::string_view id, const Caller& caller) {
  return session.id() == id && (caller.admin || session.tenant().name() == caller.tenant);
}

absl::Status NoneWithId(const Caller& caller, absl::string_view what) {
  if (caller.admin) return absl::NotFoundError("there is no session with this id");
  return absl::PermissionDeniedError(absl::StrCat("tenant ", caller.tenant, " has no session with this id, and only an admin may ", what,
                                                  " those of others"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::FindById(absl::string_view id, const Caller& caller) const {
  MutexLock lock(&mu_);
  for (const auto& [token, entry] : sessions_) {
    if (IsTheOne(*entry.session, id, caller)) return entry.session;
  }
  return NoneWithId(caller, "look into");
}

absl::Status SessionRegistry::Kill(absl::string_view id, const Caller& caller) {
  const absl::Status why =
      absl::AbortedError(caller.admin ? "the session was ended by an admin" : "the session was ended by its tenant");
  Entry ended;
  {
    MutexLock lock(&mu_);
    const auto it = std::find_if(sessions_.begin(), sessions_.end(),
                                 [&](const auto& entry) { return IsTheOne(*entry.second.session, id, caller); });
    if (it != sessions_.end()) {
      ended = Take(it, why);
      ++counts_.killed;
    }
  }
  if (ended.session == nullptr) return NoneWithId(caller, "end");
  End(std::move(ended), why);
  return absl::OkStatus();
}

std::vector<std::shared_ptr<Session>> SessionRegistry::List() const {
  std::vector<std::shared_ptr<Session>> list;
  MutexLock lock(&mu_);
  for (const auto& [token, entry] : sessions_) list.push_back(entry.session);
  return list;
}

std::vector<SessionRegistry::Standing> SessionRegistry::Standings() const {
  std::vector<Standing> list;
  MutexLock lock(&mu_);
  for (const auto& [token, entry] : sessions_) list.push_back({entry.session, entry.served});
  return list;
}

SessionCounts SessionRegistry::counts() const {
  MutexLock lock(&mu_);
  return counts_;
}

absl::Status SessionRegistry::WhyNot(absl::string_view token, const Caller& caller) const {
  const auto it = ended_.find(token);
  if (it == ended_.end() || it->second.tenant != caller.tenant) {
    return absl::NotFoundError("there is no session with this token");
  }
  return absl::AbortedError(it->second.why.message());
}

SessionRegistry::Entry SessionRegistry::Take(Entries::iterator it, const absl::Status& why) {
  Entry entry = std::move(it->second);
  if (ended_.try_emplace(it->first, Ended{entry.session->tenant().name(), why}).second) ended_order_.push_back(it->first);
  sessions_.erase(it);
  if (sessions_.empty()) trim_ = Clock::now() + kTrimAfter;
  if (ended_order_.size() > kEndedRemembered) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
  if (entry.stream != nullptr) {
    leaving_.push_back({Clock::now() + kLeave, entry.stream});
    WatchTime();
  }
  changed_.SignalAll();
  return entry;
}

void SessionRegistry::End(Entry entry, const absl::Status& why) {
  if (entry.session == nullptr) return;
  entry.session->Close(why);
  if (entry.stream != nullptr) entry.stream->SayEnded(why);
}

void SessionRegistry::WatchTime() {
  if (!watcher_.joinable()) watcher_ = std::thread([this] { Watch(); });
  changed_.SignalAll();
}

void SessionRegistry::Watch() {
  const absl::Status expired = absl::AbortedError(
      absl::StrCat("the session ended: its client was away for more than ", absl::FormatDuration(options_.grace)));
  MutexLock lock(&mu_);
  while (!stopping_) {
    const Clock::time_point now = Clock::now();
    Clock::time_point next = now + std::chrono::hours(1);
    std::vector<Entry> ended;
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      const auto entry = it++;  // erasing invalidates no other iterator of a flat_hash_map
      if (entry->second.expires > now) {
        next = std::min(next, entry->second.expires);
        continue;
      }
      ++counts_.expired;
      counts_.reclaimed_handles += static_cast<uint64_t>(entry->second.session->stats().handles.load());
      counts_.reclaimed_bytes += static_cast<uint64_t>(entry->second.session->queues().bytes());
      ended.push_back(Take(entry, expired));
    }
    std::vector<std::shared_ptr<ServingStream>> stay;
    for (size_t i = 0; i < leaving_.size();) {
      if (leaving_[i].until > now) {
        next = std::min(next, leaving_[i++].until);
      } else {
        stay.push_back(std::move(leaving_[i].stream));
        leaving_[i] = std::move(leaving_.back());
        leaving_.pop_back();
      }
    }
    const bool trim = now >= trim_;
    if (trim) trim_ = Clock::time_point::max();
    next = std::min(next, trim_);
    if (!ended.empty() || !stay.empty() || (trim && sessions_.empty())) {
      mu_.Unlock();
      for (const auto& stream : stay) stream->Cut();
      for (Entry& entry : ended) {
        if (options_.on_expired) options_.on_expired(*entry.session);
        End(std::move(entry), expired);
      }
      ended.clear();  // frees what the sessions held, without the lock
      if (trim) malloc_trim(0);
      mu_.Lock();
      continue;
    }
    changed_.WaitFor(&mu_, next - now);
  }
}

}  // namespace eager::server
