// Named variables without any wire: what sessions of a tenant share, what outlives them, and that nothing is torn or lost.

#include "server/session/named_variables.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

using absl::StatusCode;

// One session, by the ops that a client sends.
class User {
 public:
  User(const DeviceSet& devices, std::shared_ptr<Tenant> tenant) : session_(devices, std::move(tenant), "test", "nowhere") {}

  // The handle of the float32 variable [n] of that name.
  absl::Status Open(const std::string& name, uint64_t handle, int64_t n) {
    NamedAttrs attrs = {{"dtype", DType::kFloat32}, {"shape", Shape{n}}};
    if (!name.empty()) attrs.push_back({"shared_name", name});
    EXPECT_TRUE(session_.Define(++signature_, "VarHandleOp", attrs, "").ok());
    return session_.Run({signature_, {}, handle, 1, {}});
  }
  // A vector of n equal values; a scalar for 0.
  void Put(uint64_t handle, float value, int64_t n) {
    const std::vector<float> values(static_cast<size_t>(n == 0 ? 1 : n), value);
    const absl::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    ASSERT_TRUE(session_.PutConstant(handle, {DType::kFloat32, n == 0 ? Shape() : Shape{n}}, bytes, "").ok());
  }
  uint32_t Define(const std::string& op, const NamedAttrs& attrs = {}) {
    EXPECT_TRUE(session_.Define(++signature_, op, attrs, "").ok()) << op;
    return signature_;
  }
  absl::Status Run(uint32_t signature, std::vector<uint64_t> inputs) { return session_.Run({signature, inputs, 0, 0, {}}); }
  absl::Status Change(const std::string& op, std::vector<uint64_t> inputs, const NamedAttrs& attrs = {}) {
    return Run(Define(op, attrs), std::move(inputs));
  }
  float ValueOf(uint64_t handle) const {
    const absl::StatusOr<TensorRef> t = session_.Read(handle);
    EXPECT_TRUE(t.ok()) << t.status();
    return t.ok() ? (*t)->data<float>()[0] : -1;
  }
  Session& session() { return session_; }

 private:
  Session session_;
  uint32_t signature_ = 0;
};

class NamedVariablesTest : public ::testing::Test {
 protected:
  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
  std::shared_ptr<Tenant> tenant_ = std::make_shared<Tenant>("team");
  int64_t live_buffers() const { return devices_->default_device().memory_stats().live_buffers; }
};

TEST_F(NamedVariablesTest, OutliveTheirSessionsAndAreShared) {
  {
    User a(*devices_, tenant_), b(*devices_, tenant_);
    ASSERT_TRUE(a.Open("w", 1, 2).ok());
    ASSERT_TRUE(b.Open("w", 1, 2).ok());
    a.Put(2, 5, 2);
    ASSERT_TRUE(a.Change("AssignVariableOp", {1, 2}).ok());
    EXPECT_EQ(b.ValueOf(1), 5);
    b.Put(2, 3, 2);
    ASSERT_TRUE(b.Change("AssignAddVariableOp", {1, 2}).ok());
    EXPECT_EQ(a.ValueOf(1), 8);
    ASSERT_EQ(tenant_->variables().List().size(), 1u);
    EXPECT_EQ(tenant_->variables().List()[0].sessions, 2);
    b.session().Release({1, 2});
    EXPECT_EQ(a.ValueOf(1), 8);
  }
  ASSERT_EQ(tenant_->variables().List().size(), 1u);
  EXPECT_EQ(tenant_->variables().List()[0].sessions, 0);
  User c(*devices_, tenant_);
  ASSERT_TRUE(c.Open("w", 1, 2).ok());
  EXPECT_EQ(c.ValueOf(1), 8);
  // Another tenant's is another one.
  User d(*devices_, std::make_shared<Tenant>("others"));
  ASSERT_TRUE(d.Open("w", 1, 2).ok());
  EXPECT_EQ(d.session().Read(1).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(NamedVariablesTest, UnnamedAndAnonymousOnesAreASessionsOwn) {
  {
    User a(*devices_, tenant_);
    ASSERT_TRUE(a.Open("", 1, 2).ok());
    ASSERT_TRUE(a.Open(std::string(kAnonymousName), 2, 2).ok());
    ASSERT_TRUE(a.Open(std::string(kAnonymousName), 3, 3).ok());
    a.Put(9, 1, 2);
    ASSERT_TRUE(a.Change("AssignVariableOp", {2, 9}).ok());
    EXPECT_TRUE(a.session().Read(3).status().code() == StatusCode::kFailedPrecondition);
    EXPECT_TRUE(tenant_->variables().List().empty());
  }
  EXPECT_EQ(live_buffers(), 0);
}

TEST_F(NamedVariablesTest, AnotherDtypeOrShapeIsRefusedAndBothAreNamed) {
  User a(*devices_, tenant_);
  ASSERT_TRUE(a.Open("w", 1, 2).ok());
  ASSERT_TRUE(a.Open("w", 2, 3).ok());  // the handle keeps the error
  const absl::Status status = a.session().Read(2).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  for (const std::string& part : {std::string("'w'"), TensorSpec{DType::kFloat32, Shape{2}}.ToString(), TensorSpec{DType::kFloat32, Shape{3}}.ToString()}) {
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
  }
}

TEST_F(NamedVariablesTest, ADeletedOneSaysSoAndANewOneTakesItsName) {
  User a(*devices_, tenant_), b(*devices_, tenant_);
  ASSERT_TRUE(a.Open("w", 1, 2).ok());
  a.Put(2, 5, 2);
  ASSERT_TRUE(a.Change("AssignVariableOp", {1, 2}).ok());
  ASSERT_TRUE(tenant_->variables().Delete("w").ok());
  EXPECT_EQ(tenant_->variables().Delete("w").code(), StatusCode::kNotFound);
  for (const char* op : {"AssignVariableOp", "AssignAddVariableOp", "InitializeVariableOp"}) {
    const absl::Status status = a.Change(op, {1, 2});
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << op;
    EXPECT_TRUE(absl::StrContains(status.message(), "was deleted")) << status;
  }
  ASSERT_TRUE(b.Open("w", 1, 3).ok());  // of another shape
  b.Put(2, 7, 3);
  ASSERT_TRUE(b.Change("InitializeVariableOp", {1, 2}).ok());
  EXPECT_EQ(b.ValueOf(1), 7);
  // DestroyResourceOp deletes as well.
  ASSERT_TRUE(b.Change("DestroyResourceOp", {1}).ok());
  EXPECT_TRUE(tenant_->variables().List().empty());
  EXPECT_EQ(b.Change("DestroyResourceOp", {1}, {{"ignore_lookup_error", false}}).code(), StatusCode::kNotFound);
  ASSERT_TRUE(a.Open("w", 10, 2).ok());
  EXPECT_EQ(a.session().Read(10).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(NamedVariablesTest, InitializeKeepsAValueThatIsThere) {
  User a(*devices_, tenant_);
  ASSERT_TRUE(a.Open("w", 1, 2).ok());
  a.Put(2, 5, 2);
  a.Put(3, 6, 2);
  ASSERT_TRUE(a.Change("InitializeVariableOp", {1, 2}).ok());
  ASSERT_TRUE(a.Change("InitializeVariableOp", {1, 3}).ok());
  EXPECT_EQ(a.ValueOf(1), 5);
}

TEST_F(NamedVariablesTest, NamesAreText) {
  EXPECT_TRUE(CheckVariableName("model/dense-1/kernel:0 \xC3\xA4").ok());
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("\xFF"), std::string("\xC3"), std::string(513, 'x'),
                                 std::string("_CHECKPOINTABLE_OBJECT_GRAPH")}) {
    EXPECT_EQ(CheckVariableName(bad).code(), StatusCode::kInvalidArgument) << bad;
  }
  User a(*devices_, tenant_);
  ASSERT_TRUE(a.Open("a\tb", 1, 2).ok());
  EXPECT_EQ(a.session().Read(1).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(NamedVariablesTest, PutMakesOrReplaces) {
  const auto value = [](float x) { return HostTensor::FromSpan<float>(Shape{1}, {&x, 1}); };
  NamedVariables& variables = tenant_->variables();
  ASSERT_TRUE(variables.Put("w", value(1), *devices_).ok());
  ASSERT_TRUE(variables.Put("w", value(2), *devices_, "cpu:0").ok());
  EXPECT_EQ((*variables.Find("w"))->Read()->data<float>()[0], 2);
  EXPECT_EQ(variables.Put("w", HostTensor::Scalar(1.0f), *devices_).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(variables.Put("v", value(2), *devices_, "gpu:7").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(variables.List().size(), 1u);
  const std::string texts[] = {"a", ""};
  ASSERT_TRUE(variables.Put("s", HostTensor::Strings(Shape{2}, texts), *devices_).ok());
  EXPECT_EQ(ToHost(*(*variables.Find("s"))->Read())->string_at(0), "a");
}

// A step of an optimizer changes two variables as one: nobody who reads both together sees one of them changed.
TEST_F(NamedVariablesTest, AStepIsSeenWholeOrNotAtAll) {
  constexpr int64_t kElements = 3000;
  std::atomic<bool> stop{false};
  const auto make = [&](User& user) {
    ASSERT_TRUE(user.Open("var", 1, kElements).ok());
    ASSERT_TRUE(user.Open("accum", 2, kElements).ok());
    user.Put(3, 0, kElements);
    ASSERT_TRUE(user.Change("InitializeVariableOp", {1, 3}).ok());
    ASSERT_TRUE(user.Change("InitializeVariableOp", {2, 3}).ok());
    user.Put(4, 1, kElements);  // gradient
    user.Put(5, 1, 0);          // rate, then momentum: accum += 1, var -= accum
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      User user(*devices_, tenant_);
      make(user);
      const uint32_t step = user.Define("ResourceApplyMomentum");
      while (!stop) EXPECT_TRUE(user.Run(step, {1, 2, 5, 4, 5}).ok());
    });
  }
  User reader(*devices_, tenant_);
  make(reader);
  const std::vector<RefPtr<Variable>> both = {*tenant_->variables().Find("accum"), *tenant_->variables().Find("var")};
  for (int i = 0; i < 300; ++i) {
    const std::vector<Variable::Moment> moment = Variable::ReadTogether(both);
    const float* accum = moment[0].value->data<float>();
    const float* var = moment[1].value->data<float>();
    // After n steps accum is n and var is -n (n + 1) / 2, exact for the n that this gets to.
    const double n = accum[0];
    if (n > 4000) break;
    for (int64_t e = 0; e < kElements; ++e) {
      ASSERT_EQ(accum[e], accum[0]);
      ASSERT_EQ(var[e], static_cast<float>(-n * (n + 1) / 2)) << n;
    }
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace eager::server
