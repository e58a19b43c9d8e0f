// What keeps a session while its stream is away: the delivery's book, the registry's leases, the mailbox's values.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "server/session/session_registry.h"

namespace eager::server {
namespace {

using absl::StatusCode;

TEST(Delivery, MessagesCountOnce) {
  Delivery delivery;
  EXPECT_TRUE(delivery.IsNext(1));
  EXPECT_FALSE(delivery.IsNext(2));
  delivery.Done(1, 10);
  EXPECT_TRUE(delivery.IsDone(1));
  EXPECT_TRUE(delivery.IsNext(2));
}

TEST(Delivery, TellsNowAndThen) {
  Delivery delivery;
  for (uint64_t seq = 1; seq < Delivery::kTellMessages; ++seq) delivery.Done(seq, 1);
  EXPECT_FALSE(delivery.MustTell());
  delivery.Done(Delivery::kTellMessages, 1);
  EXPECT_TRUE(delivery.MustTell());
  delivery.Told();
  EXPECT_FALSE(delivery.MustTell());
  delivery.Done(Delivery::kTellMessages + 1, Delivery::kTellBytes);
  EXPECT_TRUE(delivery.MustTell());
}

TEST(Delivery, KeepsWhatIsNotReceived) {
  Delivery delivery;
  for (const char* reply : {"one", "two", "three"}) delivery.Keep(reply);
  EXPECT_EQ(delivery.NextReply(), 4u);
  delivery.Received(1);
  EXPECT_EQ(delivery.kept(), (std::deque<std::string>{"two", "three"}));
  delivery.Received(1);
  EXPECT_EQ(delivery.kept().size(), 2u);
  EXPECT_TRUE(delivery.CheckResume(1).ok());
  EXPECT_TRUE(delivery.CheckResume(3).ok());
  EXPECT_EQ(delivery.CheckResume(0).code(), StatusCode::kDataLoss);
  EXPECT_EQ(delivery.CheckResume(4).code(), StatusCode::kInvalidArgument);
}

TEST(Delivery, ItsMemoryIsBounded) {
  Delivery delivery;
  for (int i = 0; i < 100; ++i) delivery.Keep(std::string(1 << 20, 'x'));
  EXPECT_EQ(delivery.kept().size(), Delivery::kMaxKeptBytes >> 20);
  EXPECT_EQ(delivery.CheckResume(0).code(), StatusCode::kDataLoss);
  EXPECT_TRUE(delivery.CheckResume(90).ok());
  Delivery many;
  for (size_t i = 0; i < Delivery::kMaxKept + 5; ++i) many.Keep("");
  EXPECT_EQ(many.kept().size(), Delivery::kMaxKept);
}

// Goes when it is cut, as a stream's thread does.
class FakeStream final : public ServingStream {
 public:
  FakeStream(SessionRegistry& registry, std::string token, bool goes = true)
      : registry_(registry), token_(std::move(token)), goes_(goes) {}
  void SayEnded(const absl::Status& why) override {
    ++told;
    reason = why;
  }
  void Cut() override {
    if (cuts++ > 0 || !goes_) return;
    leave_ = std::thread([this] { registry_.Detach(token_, this); });
  }
  ~FakeStream() override {
    if (leave_.joinable()) leave_.join();
  }
  std::atomic<int> told{0}, cuts{0};
  absl::Status reason;

 private:
  SessionRegistry& registry_;
  const std::string token_;
  const bool goes_;
  std::thread leave_;
};

class Leases : public ::testing::Test {
 protected:
  void Start(absl::Duration grace) {
    registry_ = std::make_unique<SessionRegistry>(
        *devices_, SessionRegistry::Options{.grace = grace, .on_expired = [this](const Session&) { ++expired_; }});
  }
  std::shared_ptr<FakeStream> Stream(bool goes = true) {
    return std::make_shared<FakeStream>(*registry_, token_, goes);
  }
  absl::Status Resume(const std::shared_ptr<FakeStream>& stream, const Caller& caller = Caller()) {
    return registry_->Resume(token_, caller, stream).status();
  }

  const std::string token_ = std::string(16, 't');
  const std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
  std::unique_ptr<SessionRegistry> registry_;
  std::atomic<int> expired_{0};
};

TEST_F(Leases, ASessionGoesFromStreamToStream) {
  Start(absl::Hours(1));
  const auto first = Stream(), second = Stream(), third = Stream();
  const auto session = *registry_->Open(token_, Caller(), "me", "here", first);
  registry_->Detach(token_, first.get());
  EXPECT_TRUE(registry_->Find(token_, Caller()).ok());
  EXPECT_EQ(*registry_->Resume(token_, Caller(), second), session);
  registry_->Detach(token_, first.get());  // not its session any more
  EXPECT_TRUE(Resume(third).ok());         // takes it from the second
  EXPECT_EQ(second->cuts, 1);
  EXPECT_EQ(first->told + second->told, 0);
  EXPECT_EQ(registry_->counts().resumed, 2u);
  registry_->Close(token_, absl::CancelledError("done"));
  EXPECT_EQ(third->told, 1);
  EXPECT_EQ(third->reason.message(), "done");
  EXPECT_EQ(session->closed().message(), "done");
}

TEST_F(Leases, ItsEndIsRememberedForWhoComesBack) {
  Start(absl::Hours(1));
  const auto stream = Stream();
  ASSERT_TRUE(registry_->Open(token_, Caller(), "", "", stream).ok());
  EXPECT_EQ(Resume(stream, {.tenant = "another"}).code(), StatusCode::kNotFound);
  registry_->Close(token_, absl::CancelledError("because"));
  EXPECT_EQ(Resume(stream).code(), StatusCode::kAborted);
  EXPECT_EQ(Resume(stream).message(), "because");
  EXPECT_EQ(registry_->Resume("unknown", Caller(), stream).status().code(), StatusCode::kNotFound);
}

TEST_F(Leases, WithoutGraceTheStreamsEndIsItsEnd) {
  Start(absl::ZeroDuration());
  const auto stream = Stream();
  ASSERT_TRUE(registry_->Open(token_, Caller(), "", "", stream).ok());
  registry_->Detach(token_, stream.get());
  EXPECT_TRUE(registry_->List().empty());
  EXPECT_EQ(registry_->counts().expired, 0u);
}

TEST_F(Leases, NobodyComesBack) {
  Start(absl::Milliseconds(1));
  const auto stream = Stream();
  std::weak_ptr<Session> session = *registry_->Open(token_, Caller(), "", "", stream);
  const std::string values(4000, '\0');
  ASSERT_TRUE(session.lock()->PutConstant(1, {DType::kFloat32, Shape{1000}}, values, "").ok());
  registry_->Detach(token_, stream.get());
  while (!session.expired()) std::this_thread::yield();
  EXPECT_EQ(expired_, 1);
  EXPECT_EQ(registry_->counts().expired, 1u);
  EXPECT_EQ(registry_->counts().reclaimed_handles, 1u);
  EXPECT_EQ(registry_->counts().reclaimed_bytes, 4000u);
  EXPECT_TRUE(absl::StrContains(Resume(stream).message(), "away for more than"));
}

TEST_F(Leases, AllEndAtOnce) {
  Start(absl::Hours(1));
  const auto stream = Stream();
  ASSERT_TRUE(registry_->Open(token_, Caller(), "", "", stream).ok());
  ASSERT_TRUE(registry_->Open(std::string(16, 'u'), Caller(), "", "").ok());
  registry_->CloseAll(absl::UnavailableError("leaving"));
  EXPECT_TRUE(registry_->List().empty());
  EXPECT_EQ(stream->told, 1);
}

class Mail : public ::testing::Test {
 protected:
  TensorRef MakeScalar() {
    const float value = 1;
    const Place place = *Place::Find(queues_, "");
    return *MakeTensor({DType::kFloat32, Shape()}, {reinterpret_cast<const char*>(&value), sizeof(value)}, place);
  }
  Mailbox::Taker Note(absl::StatusOr<TensorRef>& out) {
    return [&out](absl::StatusOr<TensorRef> tensor) { out = std::move(tensor); };
  }
  const std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
  DeviceQueues queues_{*devices_};
  Mailbox box_;
};

TEST_F(Mail, WhatIsSharedStaysUntilItIsDropped) {
  absl::StatusOr<TensorRef> first, second;
  ASSERT_TRUE(box_.ShareWhenPut(1, Note(first)).ok());
  ASSERT_TRUE(box_.Put(1, MakeScalar()).ok());
  ASSERT_TRUE(box_.ShareWhenPut(1, Note(second)).ok());
  EXPECT_EQ(first->get(), second->get());
  box_.Drop(1);
  EXPECT_EQ(box_.Take(1).status().code(), StatusCode::kNotFound);
}

TEST_F(Mail, WhoWaitsTwiceIsCalledOnce) {
  absl::StatusOr<TensorRef> first, second;
  ASSERT_TRUE(box_.ShareWhenPut(1, Note(first)).ok());
  ASSERT_TRUE(box_.ShareWhenPut(1, Note(second)).ok());
  EXPECT_EQ(first.status().code(), StatusCode::kCancelled);
  ASSERT_TRUE(box_.Put(1, MakeScalar()).ok());
  EXPECT_TRUE(second.ok());
}

TEST_F(Mail, WhatWasGivenUpIsNotKept) {
  box_.Drop(1);
  ASSERT_TRUE(box_.Put(1, MakeScalar()).ok());
  EXPECT_EQ(box_.Take(1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(devices_->default_device().memory_stats().live_buffers, 0);
}

}  // namespace
}  // namespace eager::server
