// Tables from keys to values, of any dtypes that have bytes.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/host_tensor.h"
#include "server/rpc/tensorflow/keeper.h"

namespace eager::server::tf {

// Keys are scalars, values of one shape. Its memory is charged to the client's session. Errors are for who names the op.
class LookupTable final : public Object {
 public:
  static constexpr absl::string_view kKind = "a lookup table";
  struct Form {
    DType key = DType::kInvalid;
    DType value = DType::kInvalid;
    Shape value_shape;
    bool mutable_ = false;  // else it is filled once
    friend bool operator==(const Form& a, const Form& b) {
      return a.key == b.key && a.value == b.value && a.value_shape == b.value_shape && a.mutable_ == b.mutable_;
    }
  };
  LookupTable(std::shared_ptr<Keeper> keeper, const Form& form) : keeper_(std::move(keeper)), form_(form) {}
  ~LookupTable() override { keeper_->Refund(charged_); }
  absl::string_view kind() const override { return kKind; }
  DType dtype() const override { return DType::kResource; }

  const Form& form() const { return form_; }
  // FAILED_PRECONDITION before it was filled.
  absl::Status CheckReady() const;
  int64_t size() const { return static_cast<int64_t>(rows_.size()); }

  // For each key its value, or what stands for a key that is not there: one value for all, or one for each. On a device of the host.
  absl::StatusOr<TensorRef> Find(const HostTensor& keys, const HostTensor& otherwise, Device& host) const;
  // Adds keys with their values, in place of the values that they have. One that is no mutable table takes them once: FAILED_PRECONDITION
  // for others later, INVALID_ARGUMENT for a key with two values. RESOURCE_EXHAUSTED, with some of them added, beyond the session's memory.
  absl::Status Insert(const HostTensor& keys, const HostTensor& values);
  absl::Status Remove(const HostTensor& keys);
  void Clear();
  // Keys and values, in any order.
  absl::StatusOr<std::pair<TensorRef, TensorRef>> Export(Device& host) const;

  // One that no key may be: what some tables mark empty places by.
  absl::Status Reserve(const HostTensor& key);

 private:
  absl::Status CheckKeys(const HostTensor& keys) const;
  absl::Status Put(std::string key, std::string row);

  const std::shared_ptr<Keeper> keeper_;
  const Form form_;
  bool filled_ = false;
  size_t charged_ = 0;
  // By the bytes of keys, as Bytes has them.
  absl::flat_hash_map<std::string, std::string> rows_;
  std::vector<std::string> reserved_;
};

}  // namespace eager::server::tf
