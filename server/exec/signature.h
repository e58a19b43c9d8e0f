// A signature: an op with its attributes on a device, and what repeated calls of it share.
#pragma once

#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "common/ops/infer.h"
#include "common/ops/op_table.h"
#include "server/exec/op_counts.h"
#include "server/exec/placement.h"

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
    absl::InlinedVector<Device*, 2> devices;    // where each input was
    Placement placement;
    bool nothing_to_compute = false;     // no element comes in or goes out: no kernel is called
  };

  Signature(const OpSpec& op, Attrs attrs, const Place& place) : op_(op), attrs_(std::move(attrs)), place_(place) {}

  const OpSpec& op() const { return op_; }
  const Place& place() const { return place_; }
  // Where host values of its calls live.
  Device& host() const { return *place_.host; }
  // The plan for these inputs: the last one again where their specs and devices are the same and no value matters, else a
  // new one. `host` inputs must lie on the host.
  // INVALID_ARGUMENT for what inference refuses, NOT_FOUND where the device has no kernel for the dtype.
  absl::StatusOr<const Plan*> PlanFor(absl::Span<const TensorRef> inputs);
  // The plan of the last successful PlanFor.
  const Plan& last_plan() const { return plan_; }
  bool has_plan() const { return planned_; }  // the last PlanFor was successful
  const Attrs& attrs() const { return attrs_; }
  std::unique_ptr<KernelState>& state() { return state_; }
  OpTally& tally() { return tally_; }

 private:
  absl::Status Replan(absl::Span<const TensorRef> inputs);

  const OpSpec& op_;
  const Attrs attrs_;  // as defined: what inputs infer may be unset
  const Place place_;
  Plan plan_;
  bool planned_ = false;
  std::unique_ptr<KernelState> state_;
  OpTally tally_;
};
using SignatureRef = RefPtr<Signature>;

// A session's signatures for ops that nobody has numbered: those that gradients emit. Found by op, attributes, device.
class SignatureCache {
 public:
  absl::StatusOr<Signature*> Get(const OpSpec& op, const NamedAttrs& attrs, const Place& place);

 private:
  static constexpr size_t kMost = 1 << 14;
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
