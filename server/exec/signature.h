// A signature: an op with its attributes on a device, and what repeated calls of it share.
#pragma once

#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "common/ops/infer.h"
#include "common/ops/op_table.h"
#include "server/device/device_set.h"
#include "server/kernels/kernel.h"

namespace eager::server {

// Belongs to one session and is used by its thread only.
class Signature final : public RefCounted {
 public:
  // Everything that follows from the specs of a call's inputs.
  struct Plan {
    absl::InlinedVector<TensorSpec, 2> inputs;  // of a variable's handle: the variable's
    absl::InlinedVector<bool, 2> variables;     // which inputs are handles of variables
    absl::InlinedVector<TensorSpec, 2> outputs;
    std::shared_ptr<const Attrs> attrs;  // complete
    const KernelRow* kernel = nullptr;   // null for an alias
    bool nothing_to_compute = false;     // no element comes in or goes out: no kernel is called
  };

  Signature(const OpSpec& op, Attrs attrs, Device& device) : op_(op), attrs_(std::move(attrs)), device_(device) {}

  const OpSpec& op() const { return op_; }
  Device& device() const { return device_; }
  // The plan for these inputs: the last one again where their specs are the same and no value matters, else a new one.
  // INVALID_ARGUMENT for what inference refuses, NOT_FOUND where the device has no kernel for the dtype.
  absl::StatusOr<const Plan*> PlanFor(absl::Span<const TensorRef> inputs);
  // The plan of the last successful PlanFor.
  const Plan& last_plan() const { return plan_; }
  std::unique_ptr<KernelState>& state() { return state_; }

 private:
  absl::Status Replan(absl::Span<const TensorRef> inputs);

  const OpSpec& op_;
  const Attrs attrs_;  // as defined: what inputs infer may be unset
  Device& device_;
  Plan plan_;
  bool planned_ = false;
  std::unique_ptr<KernelState> state_;
};
using SignatureRef = RefPtr<Signature>;

// A session's signatures for ops that nobody has numbered: those that gradients emit. Found by op, attributes, device.
class SignatureCache {
 public:
  absl::StatusOr<Signature*> Get(const OpSpec& op, const NamedAttrs& attrs, Device& device);

 private:
  struct Key {
    Attrs attrs;
    Device* device;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& k) {
      return H::combine(std::move(h), k.attrs.Hash(), k.device);
    }
  };
  absl::flat_hash_map<Key, SignatureRef> map_;
};

}  // namespace eager::server
