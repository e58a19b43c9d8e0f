// Variables that have a name in their tenant: they outlive sessions, and all sessions of the tenant share them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "common/mutex.h"
#include "server/device/device_queues.h"
#include "server/kernels/variable_ops.h"

namespace eager::server {

// The named variables of one tenant. They lie on queues of their own: whatever changes one is asked for in one order,
// whichever session asks. Thread-safe.
class NamedVariables {
 public:
  // `terms`: what holds for the memory of their queues.
  explicit NamedVariables(DeviceQueues::TermsOf terms = nullptr) : terms_(std::move(terms)) {}
  // Every session has ended.
  ~NamedVariables();

  // The variable of that name; where there is none, a new one without a value on the device that `near` is a queue of.
  // `user` is counted among those who use it until Forget(user); null is not. INVALID_ARGUMENT for an existing one of
  // another dtype or shape, which names both, and for a name that CheckName refuses.
  absl::StatusOr<RefPtr<Variable>> Open(const std::string& name, const TensorSpec& spec, const DeviceSet& devices, Device& near,
                                        const void* user);
  void Forget(const void* user);
  // NOT_FOUND if there is none.
  absl::StatusOr<RefPtr<Variable>> Find(const std::string& name) const;
  // Whoever has a handle of it hears so from his next op on it. NOT_FOUND if there is none.
  absl::Status Delete(const std::string& name);
  // Gives it this value; makes it where there is none, on the named device ("": the default one). Errors as Open's.
  absl::Status Put(const std::string& name, const HostTensor& value, const DeviceSet& devices, absl::string_view device = "");

  struct Listed {
    std::string name;
    RefPtr<Variable> variable;
    int64_t sessions = 0;  // that opened it, are still there, and may have handles of it
  };
  std::vector<Listed> List() const;  // by name
  int64_t size() const;

 private:
  struct Entry {
    RefPtr<Variable> variable;
    absl::flat_hash_set<const void*> users;
  };

  Device& QueueFor(const DeviceSet& devices, Device& device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const DeviceQueues::TermsOf terms_;
  mutable Mutex mu_;
  // The last one is in use; those before it have queues of devices that were reset.
  std::vector<std::unique_ptr<DeviceQueues>> queues_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mu_);  // deleted ones until they are looked for
};

// What a session's VarHandleOp of a shared name asks.
std::unique_ptr<SharedVariables> SharedVariablesOf(NamedVariables& variables, const DeviceSet& devices, const void* user);

// INVALID_ARGUMENT for what can be no variable's name: empty, longer than 512 bytes, control characters, no UTF-8, or a
// key that a checkpoint has for itself.
absl::Status CheckVariableName(const std::string& name);

// The values on the host. Waits for them.
absl::StatusOr<HostTensor> ToHost(const Tensor& tensor);

}  // namespace eager::server
