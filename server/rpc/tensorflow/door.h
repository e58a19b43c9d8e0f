// TensorFlow's remote eager protocol on this daemon: clients' contexts, and the calls on them.
//
// Source of the protocol: tensorflow/core/protobuf/eager_service.proto and worker_service.proto.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "server/rpc/activity.h"
#include "server/rpc/security/front_door.h"
#include "server/rpc/tensorflow/context.h"
#include "server/rpc/tensorflow/worker_threads.h"
#include "server/session/session_registry.h"
#include "server/state/periodic.h"

namespace eager::server::tf {

// All contexts, by tenant and by the id that their client chose. Thread-safe.
class Contexts {
 public:
  explicit Contexts(SessionRegistry& sessions);
  ~Contexts();

  struct Request {
    Context::Options options;
    Caller caller;
    std::string peer;
    Cluster cluster;
  };
  // In place of one with this id, unless that has a later view: INVALID_ARGUMENT. RESOURCE_EXHAUSTED beyond what the tenant may have.
  absl::Status Create(const Request& request);
  // ABORTED, in TensorFlow's words, for an id that nobody has.
  absl::StatusOr<std::shared_ptr<Context>> Find(const Caller& caller, uint64_t id) const;
  // Of this view or an earlier one; for others it does nothing.
  void Close(const Caller& caller, uint64_t id, uint64_t view);
  // What a tenant's clients send each other.
  std::shared_ptr<Rendezvous> RendezvousOf(const Caller& caller);

 private:
  using Key = std::pair<std::string, uint64_t>;
  // A context with its place among the sessions.
  struct Entry {
    std::shared_ptr<Context> context;
    std::string token;
  };

  void End(Entry entry, const absl::Status& why);
  void Sweep();

  SessionRegistry& sessions_;
  mutable Mutex mu_;
  std::map<Key, Entry> contexts_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::shared_ptr<Rendezvous>> rendezvous_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Periodic> sweeper_;
};

// What the calls of both services need.
struct Door {
  SessionRegistry& sessions;
  FrontDoor& front;
  Activity& activity;
  const std::atomic<bool>& draining;
  Contexts contexts;
  WorkerThreads threads;

  Door(SessionRegistry& s, FrontDoor& f, Activity& a, const std::atomic<bool>& d) : sessions(s), front(f), activity(a), draining(d), contexts(s) {}
  // Who calls. This protocol has no place for a token: where one is needed, UNAUTHENTICATED says so.
  absl::StatusOr<Caller> CallerOf(const grpc::ServerContextBase& context);
};

// The services, to be registered with a server that outlives neither `door` nor them.
std::vector<std::unique_ptr<grpc::Service>> MakeServices(Door& door);

}  // namespace eager::server::tf
