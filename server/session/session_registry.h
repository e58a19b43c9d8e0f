// All sessions of a daemon, by token: from the stream that opens one to its end.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/session/session.h"

namespace eager::server {

// The stream that serves a session, as far as others may end it. Thread-safe.
class ServingStream {
 public:
  virtual ~ServingStream() = default;
  // Tells the client once that its session is over, for good, so that it goes. May wait for it to read, until Cut.
  virtual void SayEnded(const absl::Status& why) = 0;
  // Breaks the stream. Waits for nobody.
  virtual void Cut() = 0;
};

// What has become of sessions, since the start.
struct SessionCounts {
  uint64_t opened = 0;
  uint64_t resumed = 0;            // streams that took a session on
  uint64_t expired = 0;            // sessions whose client did not come back
  uint64_t killed = 0;             // that somebody ended from outside
  uint64_t closed = 0;             // that their client, or the daemon's end, closed
  uint64_t reclaimed_handles = 0;  // that those left
  uint64_t reclaimed_bytes = 0;    // of tensors, on all devices
};

// Thread-safe. Sessions are shared with the calls that use them; the last one to let go frees it.
class SessionRegistry {
 public:
  struct Options {
    // How long a session waits for another stream when its own broke. 0: it ends at once.
    absl::Duration grace = absl::ZeroDuration();
    // Is told of each session that ends because nobody came back.
    std::function<void(const Session&)> on_expired = nullptr;
  };
  explicit SessionRegistry(const DeviceSet& devices) : SessionRegistry(devices, Options()) {}
  SessionRegistry(const DeviceSet& devices, Options options);
  ~SessionRegistry();

  // A new session, served by `stream`; null: by nobody who could be told of its end.
  // INVALID_ARGUMENT for a token of under 16 bytes, ALREADY_EXISTS for one in use.
  absl::StatusOr<std::shared_ptr<Session>> Open(absl::string_view token, const Caller& caller, std::string client,
                                                std::string peer, std::shared_ptr<ServingStream> stream = nullptr);
  // The session, served by `stream` from now on. A stream that still serves it is broken first: its client would not
  // ask if it had not given it up. NOT_FOUND for an unknown token and for one of another tenant, ABORTED with the
  // reason for a session that ended lately, UNAVAILABLE if what it executes takes too long to wait for.
  absl::StatusOr<std::shared_ptr<Session>> Resume(absl::string_view token, const Caller& caller,
                                                  std::shared_ptr<ServingStream> stream);
  // The stream that serves a session broke: the session waits for another one. To be called by that stream's thread
  // when it is done with the session.
  void Detach(absl::string_view token, const ServingStream* stream);
  // Ends a session: whoever waits hears why, and its stream is told.
  void Close(absl::string_view token, const absl::Status& why);
  // Ends the session with this id. NOT_FOUND if there is none; to who is no admin PERMISSION_DENIED for every id but those
  // of the caller's tenant.
  absl::Status Kill(absl::string_view id, const Caller& caller);
  // Ends all of them.
  void CloseAll(const absl::Status& why);

  // NOT_FOUND for an unknown token, and for one of another tenant.
  absl::StatusOr<std::shared_ptr<Session>> Find(absl::string_view token, const Caller& caller) const;
  // The session with this id; errors as Kill's.
  absl::StatusOr<std::shared_ptr<Session>> FindById(absl::string_view id, const Caller& caller) const;
  std::vector<std::shared_ptr<Session>> List() const;
  struct Standing {
    std::shared_ptr<Session> session;
    bool served = true;  // else it waits for its client
  };
  std::vector<Standing> Standings() const;
  SessionCounts counts() const;
  absl::Duration grace() const { return options_.grace; }
  const DeviceSet& devices() const { return devices_; }
  TenantSet& tenants() { return tenants_; }
  const TenantSet& tenants() const { return tenants_; }

 private:
  using Clock = std::chrono::steady_clock;  // a host's clock may be set while sessions wait
  struct Entry {
    std::shared_ptr<Session> session;
    std::shared_ptr<ServingStream> stream;
    bool served = true;
    Clock::time_point expires = Clock::time_point::max();  // while nobody serves it
  };
  // A stream that was told of its session's end and is cut if its client does not go.
  struct Leaving {
    Clock::time_point until;
    std::shared_ptr<ServingStream> stream;
  };
  using Entries = absl::flat_hash_map<std::string, Entry>;

  // For another tenant than its own a session never was.
  absl::Status WhyNot(absl::string_view token, const Caller& caller) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Takes the session out; the caller then closes it, without the lock.
  Entry Take(Entries::iterator it, const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void End(Entry entry, const absl::Status& why);
  // Something has a time from now on: starts or wakes the thread that looks after it.
  void WatchTime() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The thread: ends sessions whose grace is over, cuts streams that do not go, gives memory back when all have gone.
  void Watch();

  const DeviceSet& devices_;
  const Options options_;
  TenantSet tenants_;
  mutable Mutex mu_;
  CondVar changed_;
  Entries sessions_ ABSL_GUARDED_BY(mu_);
  std::vector<Leaving> leaving_ ABSL_GUARDED_BY(mu_);
  Clock::time_point trim_ ABSL_GUARDED_BY(mu_) = Clock::time_point::max();  // when, if there is no session then
  SessionCounts counts_ ABSL_GUARDED_BY(mu_);
  // Why the last ones ended, for clients that come back to them.
  struct Ended {
    std::string tenant;
    absl::Status why;
  };
  absl::flat_hash_map<std::string, Ended> ended_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> ended_order_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread watcher_;  // of a registry with leases from the start, when memory is there; else when it is first needed
};

}  // namespace eager::server
