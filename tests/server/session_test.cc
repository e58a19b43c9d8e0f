// A session without any wire: what its handles, signatures and tapes do, and that nothing is left behind.

#include "server/session/session.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

using absl::StatusCode;

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(0); }
  void Open(int64_t limit) {
    session_.reset();
    devices_ = *DeviceSet::Make({"cpu", limit});
    session_ = std::make_unique<Session>(*devices_, std::make_shared<Tenant>("default"), "test", "nowhere");
  }

  MemoryStats memory() const { return devices_->default_device().memory_stats(); }
  // Puts a float32 vector of n equal values.
  void Put(uint64_t handle, float value, int64_t n = 2) {
    const std::vector<float> values(static_cast<size_t>(n), value);
    const absl::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    ASSERT_TRUE(session_->PutConstant(handle, {DType::kFloat32, Shape{n}}, bytes, "").ok());
  }
  // Defines an op once a test and runs it; the outputs go to `first` ….
  absl::Status Run(absl::string_view op, std::vector<uint64_t> inputs, uint64_t first, uint32_t outputs = 1,
                   std::vector<uint32_t> tapes = {}, const NamedAttrs& attrs = {}) {
    const auto [it, fresh] = signatures_.try_emplace(std::string(op), static_cast<uint32_t>(signatures_.size() + 1));
    if (fresh) {
      EXPECT_TRUE(session_->Define(it->second, op, attrs, "").ok()) << op;
    }
    return session_->Run({it->second, inputs, first, outputs, tapes});
  }
  float ValueOf(uint64_t handle) const {
    absl::StatusOr<TensorRef> t = session_->Read(handle);
    EXPECT_TRUE(t.ok()) << t.status();
    return t.ok() ? (*t)->data<float>()[0] : -1;
  }
  absl::Status ErrorOf(uint64_t handle) const { return session_->Read(handle).status(); }
  void Backward(uint32_t tape, uint64_t target, uint64_t source, uint64_t result, std::vector<uint32_t> tapes = {}) {
    EXPECT_TRUE(session_->Backward({tape, {&target, 1}, {}, {&source, 1}, result, false, tapes}).ok());
  }

  std::unique_ptr<DeviceSet> devices_;
  std::unique_ptr<Session> session_;
  std::map<std::string, uint32_t> signatures_;
};

TEST_F(SessionTest, RunsReadsReleases) {
  Put(1, 2);
  Put(2, 3);
  ASSERT_TRUE(Run("Mul", {1, 2}, 3).ok());
  ASSERT_TRUE(Run("AddV2", {3, 1}, 4).ok());
  EXPECT_EQ(ValueOf(4), 8);
  EXPECT_EQ(session_->stats().handles, 4);
  EXPECT_EQ(session_->stats().ops, 2u);
  EXPECT_EQ(session_->stats().signatures, 2);
  EXPECT_EQ(memory().live_buffers, 4);
  session_->Release({1, 2, 3, 4, 77});
  EXPECT_EQ(session_->stats().handles, 0);
  EXPECT_EQ(memory().live_buffers, 0);
  EXPECT_EQ(memory().bytes_in_use, 0);
}

TEST_F(SessionTest, FailedOpsCarryTheFirstCauseOn) {
  Put(1, 1, 2);
  Put(2, 1, 3);
  ASSERT_TRUE(Run("AddV2", {1, 2}, 3).ok());
  ASSERT_TRUE(Run("Mul", {3, 1}, 4).ok());
  ASSERT_TRUE(Run("Exp", {4}, 5).ok());
  EXPECT_EQ(ErrorOf(5).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(5).message(), ErrorOf(3).message());
  EXPECT_TRUE(absl::StartsWith(ErrorOf(5).message(), "AddV2: Incompatible shapes: [2] vs. [3]")) << ErrorOf(5);
  ASSERT_TRUE(Run("AddV2", {1, 1}, 6).ok());
  EXPECT_EQ(ValueOf(6), 2);
}

TEST_F(SessionTest, RefusesUnknownAndReleasedHandles) {
  Put(1, 1);
  ASSERT_TRUE(Run("AddV2", {1, 9}, 2).ok());
  EXPECT_EQ(ErrorOf(2).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(99).code(), StatusCode::kInvalidArgument);
  session_->Release({1});
  EXPECT_EQ(ErrorOf(1).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(Run("AddV2", {1, 1}, 3).ok());
  EXPECT_EQ(ErrorOf(3).code(), StatusCode::kInvalidArgument);
  Put(1, 5);  // a released id may be used again
  EXPECT_EQ(ValueOf(1), 5);
}

TEST_F(SessionTest, RefusesHandlesInUse) {
  Put(1, 1);
  Put(2, 2);
  const float other = 7;
  EXPECT_EQ(session_->PutConstant(1, {DType::kFloat32, Shape()}, absl::string_view(reinterpret_cast<const char*>(&other), 4), "")
                .code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Run("AddV2", {1, 1}, 2).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(Run("AddV2", {1, 1}, 0).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Run("AddV2", {1, 1}, ~uint64_t{0}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Run("AddV2", {1, 1}, 10, 1u << 31).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ValueOf(1), 1);
  EXPECT_EQ(ValueOf(2), 2);
  EXPECT_EQ(session_->stats().handles, 2);
}

TEST_F(SessionTest, RefusesWrongSignatures) {
  EXPECT_EQ(session_->Define(1, "NoSuchOp", {}, "").code(), StatusCode::kNotFound);
  EXPECT_EQ(session_->Define(1, "MatMul", {{"x", true}}, "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->Define(1, "MatMul", {}, "/gpu:7").code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(session_->Define(1, "MatMul", {}, "/cpu:0").ok());
  EXPECT_EQ(session_->Define(1, "MatMul", {}, "").code(), StatusCode::kAlreadyExists);
  ASSERT_TRUE(session_->Run({55, {}, 1, 1, {}}).ok());
  EXPECT_EQ(ErrorOf(1).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->stats().signatures, 1);
}

TEST_F(SessionTest, RefusesAWrongNumberOfOutputs) {
  Put(1, 1);
  ASSERT_TRUE(Run("AddV2", {1, 1}, 2, 3).ok());
  for (uint64_t h : {2, 3, 4}) EXPECT_EQ(ErrorOf(h).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Run("AddV2", {1, 1}, 9, 0).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(memory().live_buffers, 1);
}

TEST_F(SessionTest, RefusesValuesThatDoNotFit) {
  ASSERT_TRUE(session_->PutConstant(1, {DType::kFloat32, Shape{3}}, "1234", "").ok());
  EXPECT_EQ(ErrorOf(1).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(session_->PutConstant(2, {DType::kFloat32, Shape()}, "1234", "/gpu:3").ok());
  EXPECT_EQ(ErrorOf(2).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(session_->PutUpload(3, 1234).ok());
  EXPECT_EQ(ErrorOf(3).code(), StatusCode::kNotFound);
}

TEST_F(SessionTest, OpsWithoutOutputsReturnTheirError) {
  const NamedAttrs attrs = {{"dtype", DType::kFloat32}, {"shape", Shape{2}}};
  const NamedAttrs dtype = {{"dtype", DType::kFloat32}};
  ASSERT_TRUE(Run("VarHandleOp", {}, 1, 1, {}, attrs).ok());
  EXPECT_EQ(ErrorOf(1).code(), StatusCode::kFailedPrecondition);  // no value yet
  Put(2, 4);
  Put(3, 4, 3);
  EXPECT_EQ(Run("AssignAddVariableOp", {1, 2}, 50, 0, {}, dtype).code(), StatusCode::kFailedPrecondition);
  ASSERT_TRUE(Run("AssignVariableOp", {1, 2}, 50, 0, {}, dtype).ok());
  EXPECT_EQ(Run("AssignVariableOp", {1, 3}, 50, 0, {}, dtype).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Run("AssignVariableOp", {1, 99}, 50, 0, {}, dtype).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(Run("AssignAddVariableOp", {1, 2}, 50, 0, {}, dtype).ok());
  // A plain tensor of the variable's spec is still no handle, though the signature was planned for that spec.
  EXPECT_EQ(Run("AssignAddVariableOp", {2, 2}, 50, 0, {}, dtype).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ValueOf(1), 8);
  EXPECT_EQ(ValueOf(2), 4);  // the constant is not the variable
  session_->Release({1, 2, 3});
  EXPECT_EQ(memory().live_buffers, 0);
}

TEST_F(SessionTest, ReadsKeepTheirValueWhenTheVariableChanges) {
  const NamedAttrs dtype = {{"dtype", DType::kFloat32}};
  ASSERT_TRUE(Run("VarHandleOp", {}, 1, 1, {}, {{"dtype", DType::kFloat32}, {"shape", Shape{2}}}).ok());
  Put(2, 4);
  ASSERT_TRUE(Run("AssignVariableOp", {1, 2}, 50, 0, {}, dtype).ok());
  ASSERT_TRUE(Run("ReadVariableOp", {1}, 3, 1, {}, dtype).ok());
  ASSERT_TRUE(Run("AssignSubVariableOp", {1, 2}, 50, 0, {}, dtype).ok());
  EXPECT_EQ(ValueOf(3), 4);
  EXPECT_EQ(ValueOf(1), 0);
}

TEST_F(SessionTest, TapesAreChecked) {
  Put(1, 3);
  ASSERT_TRUE(session_->BeginTape(1, false).ok());
  EXPECT_EQ(session_->BeginTape(1, false).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(session_->EndTape(2).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->Watch(2, 1).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->Watch(1, 99).code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(Run("Square", {1}, 2, 1, {7}).ok());  // records on a tape that is not there
  EXPECT_EQ(ErrorOf(2).code(), StatusCode::kInvalidArgument);
  Backward(9, 1, 1, 5);
  EXPECT_EQ(ErrorOf(5).code(), StatusCode::kInvalidArgument);
  Backward(1, 99, 1, 6);
  EXPECT_EQ(ErrorOf(6).code(), StatusCode::kInvalidArgument);
  const uint64_t target = 1, source = 1, two[] = {1, 1};
  EXPECT_EQ(session_->Backward({1, {&target, 1}, {}, {&source, 1}, 1, false, {}}).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_TRUE(session_->Backward({1, {&target, 1}, two, {&source, 1}, 8, false, {}}).ok());
  EXPECT_EQ(ErrorOf(8).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->stats().tapes, 1);
  EXPECT_TRUE(session_->EndTape(1).ok());
  EXPECT_EQ(session_->stats().tapes, 0);
}

TEST_F(SessionTest, ATapeIsFreedByItsGradient) {
  Put(1, 3);
  ASSERT_TRUE(session_->BeginTape(1, false).ok());
  ASSERT_TRUE(session_->Watch(1, 1).ok());
  ASSERT_TRUE(Run("Mul", {1, 1}, 2, 1, {1}).ok());
  ASSERT_TRUE(Run("Mul", {2, 1}, 3, 1, {1}).ok());
  session_->Release({2});
  EXPECT_EQ(memory().live_buffers, 3);  // the tape keeps the middle one
  Backward(1, 3, 1, 4);
  EXPECT_EQ(ValueOf(4), 27);
  EXPECT_EQ(memory().live_buffers, 3);  // 1, 3, 4
  session_->Release({1, 3, 4});
  EXPECT_EQ(memory().live_buffers, 0);
  EXPECT_EQ(memory().bytes_in_use, 0);
}

// A function of 1 with a gradient of the client's, whose output 2 is squared to 3; its walk 7 asks for closure 5.
class WalkTest : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    Put(1, 3);
    Put(2, 6);
    ASSERT_TRUE(session_->BeginTape(1, false).ok());
    ASSERT_TRUE(session_->Watch(1, 1).ok());
    const uint64_t input = 1, output = 2;
    const uint32_t tape = 1;
    ASSERT_TRUE(session_->RecordCustomGradient(5, {&input, 1}, {&output, 1}, {&tape, 1}).ok());
    ASSERT_TRUE(Run("Square", {2}, 3, 1, {1}).ok());
  }
  absl::StatusOr<std::optional<Session::WalkEvent>> Start(uint64_t walk) {
    const uint64_t target = 3, source = 1;
    return session_->Backward({1, {&target, 1}, {}, {&source, 1}, 4, false, {}, walk, 20});
  }
  // The event of an answer to walk 7.
  Session::WalkEvent Answer(std::vector<uint64_t> gradients) {
    const auto event = session_->AnswerCustomGradient(7, gradients);
    EXPECT_TRUE(event.ok() && event->has_value());
    return event.ok() && event->has_value() ? **event : Session::WalkEvent();
  }
  void ExpectNothingLeft() {
    session_->Release({1, 2, 3, 4, 20, 21, 22});
    EXPECT_EQ(memory().live_buffers, 0);
  }
};

TEST_F(WalkTest, StopsAsksAndGoesOn) {
  const auto event = Start(7);
  ASSERT_TRUE(event.ok() && event->has_value());
  EXPECT_EQ((*event)->closure, 5u);
  EXPECT_EQ((*event)->first_upstream, 20u);
  EXPECT_EQ(ValueOf(20), 12);                                      // d square / d 2
  EXPECT_EQ(ErrorOf(4).code(), StatusCode::kInvalidArgument);      // no result yet
  EXPECT_EQ(Start(7).status().code(), StatusCode::kAlreadyExists); // one at a time
  ASSERT_TRUE(Run("Neg", {20}, 21).ok());                          // the session goes on
  EXPECT_TRUE(session_->EndTape(1).ok());                          // and the walk without its tape's name
  EXPECT_EQ(Answer({21}).closure, 0u);
  EXPECT_EQ(ValueOf(4), -12);
  ExpectNothingLeft();
}

TEST_F(WalkTest, AnswersAreChecked) {
  ASSERT_TRUE(Start(7).ok());
  EXPECT_EQ(session_->AnswerCustomGradient(8, {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Answer({1, 1}).closure, 0u);  // the walk is over
  EXPECT_EQ(ErrorOf(4).message(), "custom gradient: there are 2 gradients for 1 inputs");
  EXPECT_EQ(session_->AnswerCustomGradient(7, {}).status().code(), StatusCode::kInvalidArgument);
  ExpectNothingLeft();
}

TEST_F(WalkTest, GradientsMustFitTheirInputs) {
  Put(22, 1, 3);
  ASSERT_TRUE(Start(7).ok());
  EXPECT_EQ(Answer({22}).closure, 0u);
  EXPECT_EQ(ErrorOf(4).message(),
            "custom gradient: the gradient of input 0 must be float32[2] as the input is, got float32[3]");
  ExpectNothingLeft();
}

TEST_F(WalkTest, AnUnknownGradientEndsTheWalk) {
  ASSERT_TRUE(Start(7).ok());
  EXPECT_EQ(Answer({99}).closure, 0u);
  EXPECT_EQ(ErrorOf(4).code(), StatusCode::kInvalidArgument);
  ExpectNothingLeft();
}

TEST_F(WalkTest, CanBeAbandoned) {
  ASSERT_TRUE(Start(7).ok());
  EXPECT_TRUE(session_->AbandonWalk(7).ok());
  EXPECT_EQ(session_->AbandonWalk(7).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(4).code(), StatusCode::kInvalidArgument);
  ExpectNothingLeft();
}

TEST_F(WalkTest, NeedsAName) {
  const auto event = Start(0);
  ASSERT_TRUE(event.ok());
  EXPECT_FALSE(event->has_value());
  EXPECT_EQ(ErrorOf(4).code(), StatusCode::kFailedPrecondition);
  ExpectNothingLeft();
}

// A walk keeps what it walks over, whatever the client does to its tape meanwhile.
TEST_F(WalkTest, OthersOfItsTapeDoNotDisturbIt) {
  const uint64_t target = 3, source = 1;
  ASSERT_TRUE(Start(7).ok());
  ASSERT_TRUE(session_->Backward({1, {&target, 1}, {}, {&source, 1}, 30, false, {}, 8, 40}).ok());
  ASSERT_TRUE(session_->Backward({1, {&target, 1}, {}, {&source, 1}, 31, false, {}}).ok());
  ASSERT_TRUE(session_->EndTape(1).ok());
  EXPECT_EQ(Answer({20}).closure, 0u);
  EXPECT_EQ(ValueOf(4), 12);
  session_->Release({30, 31});
  ExpectNothingLeft();
}

TEST_F(WalkTest, EndsWithItsSession) {
  ASSERT_TRUE(Start(7).ok());
  session_.reset();
  EXPECT_EQ(memory().live_buffers, 0);
}

TEST_F(SessionTest, APersistentTapeIsFreedByItsEnd) {
  Put(1, 3);
  ASSERT_TRUE(session_->BeginTape(1, true).ok());
  ASSERT_TRUE(session_->Watch(1, 1).ok());
  ASSERT_TRUE(Run("Mul", {1, 1}, 2, 1, {1}).ok());
  Backward(1, 2, 1, 3);
  Backward(1, 2, 1, 4);
  EXPECT_EQ(ValueOf(3), 6);
  EXPECT_EQ(ValueOf(4), 6);
  session_->Release({1, 2, 3, 4});
  EXPECT_GT(memory().live_buffers, 0);
  ASSERT_TRUE(session_->EndTape(1).ok());
  EXPECT_EQ(memory().live_buffers, 0);
}

TEST_F(SessionTest, AnOuterTapeRecordsTheBackwardPass) {
  Put(1, 3);
  for (uint32_t tape : {1u, 2u}) {
    ASSERT_TRUE(session_->BeginTape(tape, false).ok());
    ASSERT_TRUE(session_->Watch(tape, 1).ok());
  }
  ASSERT_TRUE(Run("Mul", {1, 1}, 2, 1, {1, 2}).ok());
  ASSERT_TRUE(Run("Mul", {2, 1}, 3, 1, {1, 2}).ok());
  Backward(1, 3, 1, 4, {2});
  Backward(2, 4, 1, 5);
  EXPECT_EQ(ValueOf(4), 27);  // 3 x^2
  EXPECT_EQ(ValueOf(5), 18);  // 6 x
  session_->Release({1, 2, 3, 4, 5});
  EXPECT_EQ(memory().live_buffers, 0);
}

TEST_F(SessionTest, WhatIsNotConnectedHasNoResult) {
  Put(1, 3);
  Put(2, 3);
  ASSERT_TRUE(session_->BeginTape(1, true).ok());
  ASSERT_TRUE(session_->Watch(1, 1).ok());
  ASSERT_TRUE(session_->Watch(1, 2).ok());
  ASSERT_TRUE(Run("Exp", {1}, 3, 1, {1}).ok());
  Backward(1, 3, 2, 10);
  EXPECT_EQ(ErrorOf(10).code(), StatusCode::kInvalidArgument);
  const uint64_t target = 3, source = 2;
  ASSERT_TRUE(session_->Backward({1, {&target, 1}, {}, {&source, 1}, 11, true, {}}).ok());
  EXPECT_EQ(ValueOf(11), 0);
}

// The shape of a variable without a value is only a claim; zeros of it must not be made outside of the device's limit.
TEST_F(SessionTest, ZerosForAVariableTooLargeToBe) {
  Put(1, 3);
  const NamedAttrs attrs = {{"dtype", DType::kFloat32}, {"shape", Shape{int64_t{1} << 45}}};
  ASSERT_TRUE(Run("VarHandleOp", {}, 2, 1, {}, attrs).ok());
  ASSERT_TRUE(session_->BeginTape(1, false).ok());
  const uint64_t target = 1, source = 2;
  ASSERT_TRUE(session_->Backward({1, {&target, 1}, {}, {&source, 1}, 3, /*unconnected_zero=*/true, {}}).ok());
  EXPECT_EQ(ErrorOf(3).code(), StatusCode::kResourceExhausted) << ErrorOf(3);
}

// An attribute that does not equal itself is still found among the signatures of gradient ops.
TEST_F(SessionTest, GradientsWithAttributesThatAreNaN) {
  Put(1, -3);
  ASSERT_TRUE(session_->BeginTape(1, true).ok());
  ASSERT_TRUE(session_->Watch(1, 1).ok());
  const NamedAttrs attrs = {{"alpha", std::numeric_limits<float>::quiet_NaN()}};
  ASSERT_TRUE(Run("LeakyRelu", {1}, 2, 1, {1}, attrs).ok());
  for (uint64_t result = 3; result < 20; ++result) Backward(1, 2, 1, result);
  EXPECT_TRUE(std::isnan(ValueOf(19)));
}

TEST_F(SessionTest, MemoryRunsOutForOneOpAlone) {
  Open(1 << 20);
  signatures_.clear();
  Put(1, 1, 64 << 10);  // 256 KiB
  ASSERT_TRUE(Run("AddV2", {1, 1}, 2).ok());
  ASSERT_TRUE(Run("AddV2", {1, 1}, 3).ok());
  ASSERT_TRUE(Run("AddV2", {1, 1}, 4).ok());
  ASSERT_TRUE(Run("AddV2", {1, 1}, 5).ok());
  EXPECT_EQ(ErrorOf(5).code(), StatusCode::kResourceExhausted) << ErrorOf(5);
  EXPECT_EQ(ValueOf(4), 2);
  session_->Release({2, 5});
  ASSERT_TRUE(Run("AddV2", {1, 1}, 5).ok());
  EXPECT_EQ(ValueOf(5), 2);
}

TEST_F(SessionTest, ItsEndFreesEverything) {
  Put(1, 3);
  ASSERT_TRUE(session_->BeginTape(1, true).ok());
  ASSERT_TRUE(session_->Watch(1, 1).ok());
  ASSERT_TRUE(Run("Mul", {1, 1}, 2, 1, {1}).ok());
  ASSERT_TRUE(session_->uploads().Put(1, *session_->Read(2)).ok());
  session_.reset();
  EXPECT_EQ(memory().live_buffers, 0);
  EXPECT_EQ(memory().bytes_in_use, 0);
}

TEST(SessionRegistry, TokensAreLongAndTheirOwn) {
  auto devices = *DeviceSet::Make({"cpu", 0});
  SessionRegistry registry(*devices);
  const std::string token(16, 'x');
  EXPECT_EQ(registry.Open("short", Caller(), "", "").status().code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(registry.Open(token, Caller(), "me", "here").ok());
  EXPECT_EQ(registry.Open(token, Caller(), "", "").status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ((*registry.Find(token, Caller()))->client(), "me");
  EXPECT_EQ(registry.Find(token, {.tenant = "another"}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(registry.Find("other", Caller()).status().code(), StatusCode::kNotFound);
  registry.Close(token, absl::CancelledError("over"));
  EXPECT_TRUE(registry.List().empty());
  EXPECT_TRUE(registry.Open(token, Caller(), "", "").ok());
}

TEST(DeviceSet, Names) {
  auto devices = *DeviceSet::Make({"cpu", 0});
  for (absl::string_view name : {"", "/cpu:0", "CPU:0", "/device:CPU:0", "/job:localhost/replica:0/task:0/device:CPU:0"}) {
    EXPECT_TRUE(devices->Find(name).ok()) << name;
  }
  for (absl::string_view name : {"/cpu:1", "nonsense", "/gpu:0", "cpu:", "cpu:x", "/device:CPU:99999999999999999999"}) {
    EXPECT_EQ(devices->Find(name).status().code(), StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(DeviceSet::Make({"toaster", 0}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DeviceSet::Make({"", 0}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DeviceSet::Make({"gpu:99", 0}).status().code(), StatusCode::kNotFound);
}

// A few bytes on the wire that would make millions of things here.
TEST_F(SessionTest, HandlesOfFailedOpsAreCounted) {
  uint64_t first = 1;
  for (int i = 0; i < 5; ++i, first += 1 << 20) {
    // Not all of them can keep it, so the item tells it as well.
    EXPECT_EQ(session_->Run({77, {}, first, 1 << 20, {}}).code(), StatusCode::kInvalidArgument);
  }
  EXPECT_LE(session_->stats().handles.load(), static_cast<int64_t>(HandleTable::kMostErrors));
  Put(first, 3);
  EXPECT_EQ(ValueOf(first), 3);
}

TEST_F(SessionTest, ListsOfAnItemAreLimited) {
  Put(1, 2);
  EXPECT_TRUE(session_->BeginTape(1, true).ok());
  const std::vector<uint64_t> many((1 << 20) + 1, 1);
  EXPECT_TRUE(Run("AddN", many, 2).ok());
  EXPECT_EQ(ErrorOf(2).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(session_->Backward({1, many, {}, {&many[0], 1}, 3}).ok());
  EXPECT_EQ(ErrorOf(3).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(session_->RecordCustomGradient(1, many, {}, {}).code(), StatusCode::kInvalidArgument);
  const std::vector<uint32_t> tapes(1 << 20, 1);
  EXPECT_TRUE(session_->Run({1, {&many[0], 1}, 4, 1, tapes}).ok());
  EXPECT_TRUE(absl::StrContains(ErrorOf(4).message(), "tape 1 twice")) << ErrorOf(4);
}

TEST_F(SessionTest, ValuesAreChecked) {
  const std::string bools("\1\2", 2);
  EXPECT_TRUE(session_->PutConstant(1, {DType::kBool, Shape{2}}, bools, "").ok());
  EXPECT_EQ(ErrorOf(1).code(), StatusCode::kInvalidArgument);
  const std::vector<int64_t> huge = {int64_t{1} << 62, 4};  // as ints, for an attribute that is a shape
  EXPECT_EQ(session_->Define(9, "VarHandleOp", {{"dtype", DType::kFloat32}, {"shape", huge}}, "").code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace eager::server
