#include "client/core/resend_window.h"

#include <algorithm>
#include <utility>

namespace eager::internal {
namespace {

constexpr size_t kSpares = 8;
constexpr size_t kSpareBytes = 64 << 10;

}  // namespace

bool ResendWindow::HasRoom() const {
  MutexLock lock(&mu_);
  return messages_.size() < kMaxMessages && bytes_ < kMaxBytes;
}

void ResendWindow::Push(uint64_t seq, absl::string_view message) {
  MutexLock lock(&mu_);
  if (messages_.empty()) first_seq_ = seq;
  std::string copy;
  if (!spare_.empty()) {
    copy = std::move(spare_.back());
    spare_.pop_back();
  }
  copy.assign(message.data(), message.size());
  messages_.push_back(std::move(copy));
  bytes_ += message.size();
}

void ResendWindow::Acknowledge(uint64_t seq) {
  MutexLock lock(&mu_);
  acknowledged_ = std::max(acknowledged_, seq);
  if (!held_) Drop();
}

void ResendWindow::Drop() {
  while (!messages_.empty() && first_seq_ <= acknowledged_) {
    std::string& done = messages_.front();
    bytes_ -= done.size();
    if (spare_.size() < kSpares && done.capacity() <= kSpareBytes) spare_.push_back(std::move(done));
    messages_.pop_front();
    ++first_seq_;
  }
}

}  // namespace eager::internal
