// Limits of sessions and tenants: memory, handles, tapes, signatures; where one is passed, one op fails and no more.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

using absl::StatusCode;
using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

constexpr int64_t kKiB = 1 << 10;

AssertionResult Exhausted(const absl::Status& status, absl::string_view limit) {
  if (status.code() == StatusCode::kResourceExhausted && absl::StrContains(status.message(), limit)) return AssertionSuccess();
  return AssertionFailure() << status;
}

// What a client can ask of a session.
class Client {
 public:
  Client(const DeviceSet& devices, const std::shared_ptr<Tenant>& tenant) : session(devices, tenant, "test", "nowhere") {}

  // Puts a float32 vector of n values; its error.
  absl::Status Put(uint64_t handle, int64_t n) {
    const std::string bytes(static_cast<size_t>(n) * sizeof(float), '\0');
    const absl::Status status = session.PutConstant(handle, {DType::kFloat32, Shape{n}}, bytes, "");
    return status.ok() ? session.Read(handle).status() : status;
  }
  absl::Status Add(uint64_t a, uint64_t b, uint64_t sum, std::vector<uint32_t> tapes = {}) {
    if (session.stats().signatures == 0) {
      EXPECT_TRUE(session.Define(1, "AddV2", {}, "").ok());
    }
    const uint64_t inputs[] = {a, b};
    const absl::Status status = session.Run({1, inputs, sum, 1, tapes});
    return status.ok() ? session.Read(sum).status() : status;
  }

  Session session;
};

class QuotaTest : public ::testing::Test {
 protected:
  std::shared_ptr<Tenant> MakeTenant(const Limits& limits) { return std::make_shared<Tenant>("alice", limits); }
  int64_t in_use() const { return devices_->host().memory_stats().bytes_in_use; }

  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
};

TEST_F(QuotaTest, ASessionsMemoryEndsAtItsLimit) {
  Client client(*devices_, MakeTenant({.session_cpu_memory = 100 * kKiB}));
  ASSERT_TRUE(client.Put(1, 10 * kKiB).ok());  // 40 KiB
  ASSERT_TRUE(client.Add(1, 1, 2).ok());
  const absl::Status status = client.Add(1, 2, 3);
  EXPECT_TRUE(Exhausted(status, "AddV2: this session has 81920 bytes")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "'session-cpu-memory' of 102400")) << status;
  EXPECT_EQ(in_use(), 80 * kKiB);
  EXPECT_TRUE(client.Put(4, 5 * kKiB).ok()) << "what fits is given";
  client.session.Release({2});
  EXPECT_TRUE(client.Add(1, 1, 5).ok()) << "what was let go of is there again";
}

TEST_F(QuotaTest, ScalarsCountAsWell) {
  Client client(*devices_, MakeTenant({.session_cpu_memory = 64}));
  for (uint64_t handle = 1; handle <= 16; ++handle) ASSERT_TRUE(client.Put(handle, 1).ok()) << handle;
  EXPECT_TRUE(Exhausted(client.Put(17, 1), "session-cpu-memory"));
  client.session.Release({3});
  EXPECT_TRUE(client.Put(18, 1).ok());
}

TEST_F(QuotaTest, ATenantsSessionsShareItsMemory) {
  const auto tenant = MakeTenant({.cpu_memory = 1000 * kKiB});
  Client first(*devices_, tenant);
  auto second = std::make_unique<Client>(*devices_, tenant);
  ASSERT_TRUE(first.Put(1, 150 * kKiB).ok());
  EXPECT_TRUE(Exhausted(second->Put(1, 150 * kKiB), "'cpu-memory' of 1024000"));
  EXPECT_TRUE(second->Put(2, 80 * kKiB).ok()) << "all but what the other has drawn ahead";
  Client other(*devices_, std::make_shared<Tenant>("bob", Limits{.cpu_memory = 1000 * kKiB}));
  EXPECT_TRUE(other.Put(1, 200 * kKiB).ok()) << "others are not concerned";
  second.reset();
  EXPECT_TRUE(first.Put(2, 90 * kKiB).ok()) << "a session's end gives its memory back";
}

TEST_F(QuotaTest, WhatOutlivesItsSessionIsItsTenants) {
  const auto tenant = MakeTenant({.session_cpu_memory = 600 * kKiB, .cpu_memory = 1000 * kKiB});
  TensorRef kept;
  {
    Client client(*devices_, tenant);
    ASSERT_TRUE(client.Put(1, 150 * kKiB).ok());
    kept = *client.session.Read(1);
  }
  Client client(*devices_, tenant);
  EXPECT_TRUE(Exhausted(client.Put(1, 120 * kKiB), "'cpu-memory'"));
  kept.reset();
  EXPECT_TRUE(client.Put(2, 120 * kKiB).ok());
}

TEST_F(QuotaTest, NamedVariablesAreTheirTenants) {
  const auto tenant = MakeTenant({.session_cpu_memory = 600 * kKiB, .cpu_memory = 1000 * kKiB});
  const auto put = [&](const std::string& name, int64_t n) {
    return tenant->variables().Put(name, HostTensor::Uninitialized({DType::kFloat32, Shape{n}}, n * sizeof(float)), *devices_);
  };
  ASSERT_TRUE(put("a", 200 * kKiB).ok()) << "no session's limit holds";
  EXPECT_TRUE(Exhausted(put("b", 100 * kKiB), "'cpu-memory' of 1024000"));
  EXPECT_EQ(tenant->variables().List().size(), 1u);
  Client client(*devices_, tenant);
  EXPECT_TRUE(Exhausted(client.Put(1, 100 * kKiB), "'cpu-memory'"));
  ASSERT_TRUE(tenant->variables().Delete("a").ok());
  EXPECT_TRUE(put("b", 100 * kKiB).ok());
}

TEST_F(QuotaTest, TheLimitHoldsAmongThreads) {
  constexpr int64_t kLimit = 64 * kKiB;
  SharedAmount tenant("cpu-memory", 2 * kLimit);
  MemoryAccount account;
  account.Open("session-cpu-memory", kLimit, std::shared_ptr<SharedAmount>(&tenant, [](SharedAmount*) {}));
  std::atomic<int64_t> charged{0}, most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 20000; ++i) {
        const size_t bytes = i % 3 == 0 ? 8 : 5 * kKiB * (static_cast<size_t>(t) + 1);
        if (!(bytes <= 16 ? account.ChargeSmall(bytes) : account.Charge(bytes))) continue;
        const int64_t now = charged.fetch_add(static_cast<int64_t>(bytes)) + static_cast<int64_t>(bytes);
        for (int64_t seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        charged -= static_cast<int64_t>(bytes);
        bytes <= 16 ? account.RefundSmall(bytes) : account.Refund(bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, kLimit);
  EXPECT_EQ(account.bytes(), 0);
  account.Close();
  EXPECT_EQ(tenant.taken(), 0);
}

TEST_F(QuotaTest, HandlesEndAtTheirLimit) {
  Client client(*devices_, MakeTenant({.session_handles = 3}));
  for (uint64_t handle = 1; handle <= 3; ++handle) ASSERT_TRUE(client.Put(handle, 1).ok());
  EXPECT_TRUE(Exhausted(client.Add(1, 2, 4), "AddV2: this session holds 3 handles"));
  EXPECT_TRUE(Exhausted(client.Add(1, 4, 5), "session-handles")) << "the cause goes on";
  client.session.Release({3, 4, 5});
  EXPECT_TRUE(client.Add(1, 2, 6).ok());
}

TEST_F(QuotaTest, ATenantsSessionsShareItsHandles) {
  const auto tenant = MakeTenant({.session_handles = 0, .handles = 5000});
  Client first(*devices_, tenant), second(*devices_, tenant);
  uint64_t held = 0;
  while (first.Put(held + 1, 1).ok()) ++held;
  EXPECT_EQ(held, 5000u);
  EXPECT_TRUE(Exhausted(second.Put(1, 1), "'handles' of 5000"));
  std::vector<uint64_t> all(held);
  for (uint64_t i = 0; i < held; ++i) all[i] = i + 1;
  first.session.Release(all);
  EXPECT_TRUE(second.Put(2, 1).ok());
}

TEST_F(QuotaTest, ErrorsThatNobodyReadsAreBoundedToo) {
  Client client(*devices_, MakeTenant({.session_handles = 1}));
  ASSERT_TRUE(client.Put(1, 1).ok());
  uint64_t handle = 2;
  absl::Status status;
  const std::string bytes(4, '\0');
  while (status.ok() && handle < 4 * HandleTable::kMostErrors) {
    status = client.session.PutConstant(handle++, {DType::kFloat32, Shape{1}}, bytes, "");
  }
  EXPECT_TRUE(Exhausted(status, "session-handles"));
  EXPECT_EQ(handle, HandleTable::kMostErrors + 3);
}

TEST_F(QuotaTest, SignaturesTapesAndWhatTheyRecord) {
  Client client(*devices_, MakeTenant({.session_signatures = 1, .session_tapes = 2, .session_tape_records = 8}));
  ASSERT_TRUE(client.Put(1, 1).ok());
  ASSERT_TRUE(client.session.Define(1, "AddV2", {}, "").ok());
  EXPECT_TRUE(Exhausted(client.session.Define(2, "Mul", {}, ""), "session-signatures"));
  ASSERT_TRUE(client.session.BeginTape(1, true).ok());
  ASSERT_TRUE(client.session.BeginTape(2, true).ok());
  EXPECT_TRUE(Exhausted(client.session.BeginTape(3, true), "session-tapes"));
  ASSERT_TRUE(client.session.Watch(1, 1).ok());
  uint64_t handle = 2;
  absl::Status status;
  while (status.ok() && handle < 20) status = client.Add(1, 1, handle++, {1});
  EXPECT_TRUE(Exhausted(status, "AddV2: this session has 8 ops and tensors on its tapes"));
  EXPECT_TRUE(client.Add(1, 1, 50).ok()) << "what is not recorded goes on";
  ASSERT_TRUE(client.session.EndTape(1).ok());
  ASSERT_TRUE(client.session.Watch(2, 1).ok());
  EXPECT_TRUE(client.Add(1, 1, 51, {2}).ok()) << "the tape's end makes room";
}

TEST_F(QuotaTest, SessionsEndAtTheirLimits) {
  SessionRegistry sessions(*devices_);
  Limits limits;
  limits.sessions = 2;
  sessions.tenants().SetLimits(LimitSet(limits));
  sessions.tenants().sessions()->set_limit(3);
  const auto open = [&](const char* token, const char* tenant) {
    return sessions.Open(token, Caller{tenant, false}, "test", "nowhere").status();
  };
  ASSERT_TRUE(open("0123456789abcdef1", "alice").ok());
  ASSERT_TRUE(open("0123456789abcdef2", "alice").ok());
  EXPECT_TRUE(Exhausted(open("0123456789abcdef3", "alice"), "tenant 'alice' has 2 sessions"));
  ASSERT_TRUE(open("0123456789abcdef3", "bob").ok());
  EXPECT_TRUE(Exhausted(open("0123456789abcdef4", "bob"), "max-sessions"));
  sessions.Close("0123456789abcdef1", absl::CancelledError(""));
  EXPECT_TRUE(open("0123456789abcdef5", "alice").ok());
}

TEST_F(QuotaTest, OpsInFlightUploadsAndTransfers) {
  TenantQuota quota("alice", {.ops_in_flight = 10, .transfers = 1, .upload_bytes = 100, .upload_size = 80});
  {
    const auto held = quota.Execute(8);
    EXPECT_TRUE(held.ok());
    EXPECT_TRUE(Exhausted(quota.Execute(3).status(), "ops-in-flight"));
    EXPECT_TRUE(Exhausted(quota.StartUpload(81).status(), "upload-size"));
    const auto upload = quota.StartUpload(60);
    EXPECT_TRUE(upload.ok());
    EXPECT_TRUE(Exhausted(quota.StartUpload(50).status(), "upload-bytes"));
    const auto transfer = quota.StartTransfer();
    EXPECT_TRUE(Exhausted(quota.StartTransfer().status(), "transfers"));
  }
  EXPECT_TRUE(quota.Execute(10).ok());
  EXPECT_TRUE(quota.StartUpload(80).ok());
  quota.Set({.transfers = 2});
  const auto a = quota.StartTransfer(), b = quota.StartTransfer();
  EXPECT_TRUE(a.ok() && b.ok()) << "limits change while the tenant is there";
}

TEST_F(QuotaTest, RefusedSessionsMakeNothingAndGoOn) {
  Client client(*devices_, MakeTenant({}));
  ASSERT_TRUE(client.Put(1, 1).ok());
  client.session.Refuse(absl::ResourceExhaustedError("too much at once"));
  EXPECT_TRUE(Exhausted(client.Add(1, 1, 2), "AddV2: too much at once"));
  EXPECT_TRUE(client.session.Read(1).ok());
  client.session.Refuse(absl::OkStatus());
  EXPECT_TRUE(client.Add(1, 1, 3).ok());
}

TEST_F(QuotaTest, SessionsUseEachOthersTensorsWhereTheyLie) {
  const auto tenant = MakeTenant({});
  Client first(*devices_, tenant), second(*devices_, tenant);
  ASSERT_TRUE(first.Put(1, 10 * kKiB).ok());
  ASSERT_TRUE(second.session.uploads().Put(7, *first.session.Read(1)).ok());
  ASSERT_TRUE(second.session.PutUpload(1, 7).ok());
  ASSERT_TRUE(second.Add(1, 1, 2).ok());
  EXPECT_EQ(in_use(), 80 * kKiB) << "nothing was copied";
}

}  // namespace
}  // namespace eager::server
