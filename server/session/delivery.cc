#include "server/session/delivery.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace eager::server {

void Delivery::Keep(std::string reply) {
  kept_bytes_ += reply.size();
  kept_.push_back(std::move(reply));
  ++next_reply_;
  while (kept_bytes_ > kMaxKeptBytes || kept_.size() > kMaxKept) DropFirst();
}

void Delivery::Received(uint64_t seq) {
  while (!kept_.empty() && next_reply_ - kept_.size() <= seq) DropFirst();
}

absl::Status Delivery::CheckResume(uint64_t received) const {
  if (received >= next_reply_) {
    return absl::InvalidArgumentError(absl::StrCat("the client has received message ", received,
                                                   ", but the last one that was sent is ", next_reply_ - 1));
  }
  const uint64_t missing = next_reply_ - 1 - received;
  if (missing > kept_.size()) {
    return absl::DataLossError(absl::StrCat("the session cannot go on: ", missing - kept_.size(),
                                            " answers that its client has not received were too many to be kept"));
  }
  return absl::OkStatus();
}

void Delivery::DropFirst() {
  kept_bytes_ -= kept_.front().size();
  kept_.pop_front();
}

}  // namespace eager::server
