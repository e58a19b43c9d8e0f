#include "server/rpc/message_counts.h"

namespace eager::server {

std::array<MessageCounts, 16>& MessageCounts::Shards() {
  static auto* shards = new std::array<MessageCounts, 16>();
  return *shards;
}

MessageCounts& MessageCounts::Mine() {
  static std::atomic<size_t> threads{0};
  thread_local MessageCounts* const mine = &Shards()[threads++ % Shards().size()];
  return *mine;
}

MessageCounts::Totals MessageCounts::All() {
  Totals all;
  for (const MessageCounts& shard : Shards()) {
    for (size_t i = 0; i < shard.phases_.size(); ++i) shard.phases_[i].AddTo(all.phases[i]);
    shard.reads_.AddTo(all.reads);
    shard.items_.AddTo(all.items);
    for (size_t i = 0; i < shard.received_.size(); ++i) {
      all.received[i] += shard.received_[i].load(std::memory_order_relaxed);
      all.sent[i] += shard.sent_[i].load(std::memory_order_relaxed);
    }
  }
  return all;
}

}  // namespace eager::server
