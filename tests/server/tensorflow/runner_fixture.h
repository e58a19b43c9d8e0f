// A runner of a client's ops without the client: what tests of ops of the TensorFlow door start from.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/rpc/tensorflow/rendezvous.h"
#include "server/rpc/tensorflow/runner.h"
#include "server/session/named_variables.h"
#include "tests/support/function_def.h"

namespace eager::server::tf {

inline ::tensorflow::AttrValue TypeAttr(DType type) {
  ::tensorflow::AttrValue value;
  value.set_type(static_cast<int>(type));
  return value;
}
inline ::tensorflow::AttrValue TypesAttr(const std::vector<DType>& types) {
  ::tensorflow::AttrValue value;
  value.mutable_list();
  for (DType type : types) value.mutable_list()->add_type(static_cast<int>(type));
  return value;
}
inline ::tensorflow::AttrValue FuncAttr(const std::string& name) {
  ::tensorflow::AttrValue value;
  value.mutable_func()->set_name(name);
  return value;
}
inline ::tensorflow::AttrValue StringAttr(const std::string& text) {
  ::tensorflow::AttrValue value;
  value.set_s(text);
  return value;
}
inline ::tensorflow::AttrValue BoolAttr(bool b) {
  ::tensorflow::AttrValue value;
  value.set_b(b);
  return value;
}

class RunnerTest : public ::testing::Test {
 protected:
  using NamedValues = std::vector<std::pair<std::string, ::tensorflow::AttrValue>>;

  class NoPeers final : public Peers {
    void Fetch(int64_t, const std::string&, Rendezvous::Taker taker) override { taker(absl::UnavailableError("there are no peers")); }
  };

  static Limits SmallLimits() {
    Limits limits;
    limits.session_handles = 20000;
    limits.session_cpu_memory = 64 << 20;
    return limits;
  }

  absl::StatusOr<Values> Run(const std::string& op, Values inputs, const NamedValues& attrs = {}) {
    AttrMap map;
    for (const auto& [name, value] : attrs) map[name] = value;
    absl::StatusOr<Instruction> made = runner_->Prepare(op, map, frame_.device);
    if (!made.ok()) return made.status();
    return runner_->Run(*made, std::move(inputs), frame_);
  }
  // The only output of an op that works.
  Value One(const std::string& op, Values inputs, const NamedValues& attrs = {}) {
    absl::StatusOr<Values> outputs = Run(op, std::move(inputs), attrs);
    EXPECT_TRUE(outputs.ok()) << op << ": " << outputs.status();
    return outputs.ok() && outputs->size() == 1 ? (*outputs)[0] : Value();
  }
  absl::Status StatusOf(const std::string& op, Values inputs, const NamedValues& attrs = {}) {
    return Run(op, std::move(inputs), attrs).status();
  }

  Value Put(const HostTensor& values) { return *runner_->Constant(values, frame_); }
  Value Int(int64_t value) { return Put(HostTensor::Scalar<int64_t>(value)); }
  Value Bool(bool value) { return Put(HostTensor::Scalar(value)); }
  Value Ints(const std::vector<int64_t>& values) {
    return Put(HostTensor::FromSpan<int64_t>(Shape({static_cast<int64_t>(values.size())}), values));
  }
  Value Floats(const Shape& shape, const std::vector<float>& values) { return Put(HostTensor::FromSpan<float>(shape, values)); }
  Value Strings(const std::vector<std::string>& values) {
    return Put(HostTensor::Strings(Shape({static_cast<int64_t>(values.size())}), values));
  }
  static std::vector<int64_t> IntsOf(const Value& value) {
    if (!value.tensor) return {};
    const HostTensor host = *ToHost(*value.tensor);
    const HostInts ints = ToInts(host.view());
    return std::vector<int64_t>(ints.begin(), ints.end());
  }

  // Registers a function in protobuf's text form.
  void Register(const std::string& text) {
    ASSERT_TRUE(runner_->functions().Add(ParseFunction(text)).ok());
  }

  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 256 << 20});
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>("test", SmallLimits());
  Session session_{*devices_, tenant_, "test", "test"};
  Rendezvous rendezvous_;
  NoPeers peers_;
  std::unique_ptr<Runner> runner_ =
      std::make_unique<Runner>(session_, rendezvous_, peers_, [](absl::FunctionRef<void()> wait) { wait(); });
  const Frame frame_{"/job:worker/replica:0/task:0/device:CPU:0", 1, 0, nullptr};
};

}  // namespace eager::server::tf
