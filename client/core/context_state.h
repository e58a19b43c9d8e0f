// What a Context points to, and the thread's place in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/context.h"
#include "client/core/python_random.h"
#include "client/core/session.h"

namespace eager::internal {

struct TensorState;

// Thread-safe.
class ContextState : public std::enable_shared_from_this<ContextState> {
 public:
  ContextState(std::unique_ptr<Session> session, ConnectOptions options);

  Session& session() const { return *session_; }
  // The server's device for a name, by its full name; the default one for "" and, with soft placement and a line on
  // stderr the first time, for a device that it lacks. INVALID_ARGUMENT for a text that names no device (device_name.h)
  // or another host's, or without soft placement one that is not there.
  absl::StatusOr<const std::string*> FindDevice(const std::string& name);
  // A tensor of host values on a device.
  absl::StatusOr<std::shared_ptr<TensorState>> Put(const HostTensor& value, const std::string& device,
                                                   std::source_location where);
  // The same for a scalar of a few bytes, of which programs write the same ones again and again: sent once and kept.
  absl::StatusOr<std::shared_ptr<TensorState>> PutScalar(const HostTensor& value, const std::string& device,
                                                         std::source_location where);

  // The seeds of a random op: TensorFlow's rule, see random.h.
  struct Seeds {
    int64_t seed = 0, seed2 = 0;
  };
  Seeds NextSeeds(std::optional<int64_t> op_seed);
  void SetSeed(int64_t seed);

 private:
  std::shared_ptr<TensorState> MakeState(uint64_t handle, const HostTensor& value, const std::string& device,
                                         std::source_location where);

  // The default device goes without saying.
  std::string WireName(const std::string& device) const { return &device == &devices_[0] ? "" : device; }

  const std::unique_ptr<Session> session_;
  const bool soft_placement_;
  std::vector<std::string> devices_;  // never changes; pointers to its elements stand for devices

  Mutex devices_mu_;
  absl::flat_hash_map<std::string, const std::string*> placements_ ABSL_GUARDED_BY(devices_mu_);  // of names used so far

  Mutex mu_;
  absl::flat_hash_map<std::string, uint64_t> scalars_ ABSL_GUARDED_BY(mu_);  // dtype, bytes, device -> handle
  std::optional<int64_t> seed_ ABSL_GUARDED_BY(mu_);
  PythonRandom random_ ABSL_GUARDED_BY(mu_){0};
};

// The default context's state; throws as Context::Default does.
std::shared_ptr<ContextState> DefaultState(std::source_location where);

// The device scope of this thread; empty: none.
std::string& ThreadDevice();

}  // namespace eager::internal
