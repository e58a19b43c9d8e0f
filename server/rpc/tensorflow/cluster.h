// The tasks that a client knows, and how to fetch from them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/rpc/tensorflow/runner.h"
#include "tensorflow/worker.grpc.pb.h"

namespace eager::server::tf {

// Names of tasks, "/job:worker/replica:0/task:0", and where they listen.
class Cluster {
 public:
  Cluster() = default;
  // `peer`: the client, as gRPC calls it. It names itself localhost, from wherever it speaks.
  Cluster(const ::tensorflow::ServerDef& def, const std::string& peer);

  // What this server is called.
  const std::string& own_task() const { return own_task_; }
  // Empty: there is no such task.
  std::string AddressOf(absl::string_view task) const;
  bool empty() const { return addresses_.empty(); }

 private:
  std::string own_task_ = "/job:worker/replica:0/task:0";
  std::map<std::string, std::string, std::less<>> addresses_;
};

// Fetches from this server's own rendezvous, and from other tasks by RecvTensor. Thread-safe.
class TaskPeers final : public Peers {
 public:
  TaskPeers(std::shared_ptr<Session> session, std::shared_ptr<Rendezvous> rendezvous, Cluster cluster);
  ~TaskPeers() override;

  // UNAVAILABLE, with the address, for a task that cannot be reached; INVALID_ARGUMENT for one that nobody knows.
  void Fetch(int64_t step, const std::string& key, Rendezvous::Taker taker) override;
  void SetCluster(Cluster cluster);
  // Ends what is being fetched.
  void Cancel();

 private:
  struct Calls;  // those that are open
  struct Fetching;

  const std::shared_ptr<Session> session_;
  const std::shared_ptr<Rendezvous> rendezvous_;
  const std::shared_ptr<Calls> calls_;
  Mutex mu_;
  Cluster cluster_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::shared_ptr<::tensorflow::WorkerService::Stub>> stubs_ ABSL_GUARDED_BY(mu_);
};

}  // namespace eager::server::tf
