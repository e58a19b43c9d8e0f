// The daemon seen from outside: is it ready, what does it count, what does it do.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/metrics/device_probe.h"
#include "server/rpc/server.h"

namespace eager::server {

// There before the server, and after its shutdown. Thread-safe.
class Monitor {
 public:
  // `flags`: what the daemon was started with, for whoever looks; no secrets.
  explicit Monitor(std::map<std::string, std::string> flags = {});
  ~Monitor();

  // The server is up and stays valid until Forget(). Runs a small op on each device.
  void Watch(Server& server) ABSL_LOCKS_EXCLUDED(mu_);
  void Forget() ABSL_LOCKS_EXCLUDED(mu_);
  // It leaves: not ready from now on.
  void Drain() { draining_ = true; }

  // Nothing, or why nobody should send work here: "starting", "draining", "device /device:GPU:0: …".
  std::vector<std::string> WhyNotReady() ABSL_LOCKS_EXCLUDED(mu_);
  // All metrics in Prometheus's text format.
  std::string Metrics() ABSL_LOCKS_EXCLUDED(mu_);
  // /api/status. Made anew at most every kStatusFresh, however many ask.
  std::string Status() ABSL_LOCKS_EXCLUDED(mu_);
  // Whether who brings this header ("Bearer TOKEN") may see something: always, where callers need no name. UNAUTHENTICATED,
  // PERMISSION_DENIED, or UNAVAILABLE before there is a server.
  absl::Status Admit(std::optional<absl::string_view> authorization, bool admins_only) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  static constexpr absl::Duration kStatusFresh = absl::Milliseconds(250);

  // The label of a tenant: the first hundred have their names.
  std::string LabelOf(const std::string& tenant) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<std::string> NotReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::map<std::string, std::string> flags_;
  const absl::Time started_;
  std::atomic<bool> draining_{false};
  Mutex mu_;  // one looks at a time
  Server* server_ ABSL_GUARDED_BY(mu_) = nullptr;
  std::vector<std::unique_ptr<DeviceProbe>> probes_ ABSL_GUARDED_BY(mu_);  // as the server's devices
  std::set<std::string> named_tenants_ ABSL_GUARDED_BY(mu_);
  std::string status_ ABSL_GUARDED_BY(mu_);
  absl::Time status_made_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace eager::server
