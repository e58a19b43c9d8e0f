// The messages that a new stream begins with.
#include "client/core/resend_window.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eager::internal {
namespace {

std::vector<std::string> Again(ResendWindow& window) {
  std::vector<std::string> sent;
  window.SendAgain([&](absl::string_view message) {
    sent.emplace_back(message);
    return true;
  });
  return sent;
}

TEST(ResendWindow, KeepsWhatIsNotAcknowledged) {
  ResendWindow window;
  for (uint64_t seq = 1; seq <= 3; ++seq) window.Push(seq, std::to_string(seq));
  window.Acknowledge(1);
  EXPECT_EQ(Again(window), (std::vector<std::string>{"2", "3"}));
  window.Acknowledge(3);
  window.Acknowledge(2);  // late
  EXPECT_TRUE(Again(window).empty());
}

TEST(ResendWindow, HasRoomAgainWhenTheServerIsThere) {
  ResendWindow window;
  uint64_t seq = 0;
  while (window.HasRoom()) window.Push(++seq, "");
  EXPECT_EQ(seq, ResendWindow::kMaxMessages);
  window.Acknowledge(1);
  EXPECT_TRUE(window.HasRoom());
}

// The server need not acknowledge twice.
TEST(ResendWindow, WhatIsAcknowledgedWhileItIsSentAgainGoes) {
  ResendWindow window;
  for (uint64_t seq = 1; seq <= ResendWindow::kMaxMessages; ++seq) window.Push(seq, "message");
  EXPECT_TRUE(window.SendAgain([&](absl::string_view message) {
    window.Acknowledge(ResendWindow::kMaxMessages);
    return message == "message";  // and is there until then
  }));
  EXPECT_TRUE(window.HasRoom());
  EXPECT_TRUE(Again(window).empty());
}

TEST(ResendWindow, StopsWhereSendingFails) {
  ResendWindow window;
  window.Push(1, "a");
  window.Push(2, "b");
  int sent = 0;
  EXPECT_FALSE(window.SendAgain([&](absl::string_view) { return ++sent < 1; }));
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(Again(window).size(), 2u);
}

}  // namespace
}  // namespace eager::internal
