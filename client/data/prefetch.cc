// Elements made ahead of the loop that takes them.

#include <deque>
#include <exception>
#include <thread>

#include "client/core/context_state.h"
#include "client/data/pipeline.h"
#include "common/mutex.h"

namespace eager::data::internal {
namespace {

// Its thread runs from the first Next() to the end of the input or of this.
class Pass final : public Cursor {
 public:
  Pass(std::unique_ptr<Cursor> input, size_t size) : input_(std::move(input)), size_(size) {}
  ~Pass() override {
    {
      MutexLock lock(&mu_);
      stopped_ = true;
      changed_.SignalAll();
    }
    if (thread_.joinable()) thread_.join();
  }

  bool Next(Item& item, Where where) override {
    if (!thread_.joinable()) {
      thread_ = std::thread([this, where, device = eager::internal::ThreadDevice()] {
        eager::internal::ThreadDevice() = device;
        Produce(where);
      });
    }
    MutexLock lock(&mu_);
    while (ready_.empty() && !ended_) changed_.Wait(&mu_);
    if (!ready_.empty()) {
      item = std::move(ready_.front());
      ready_.pop_front();
      changed_.SignalAll();
      return true;
    }
    if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
    return false;
  }

 private:
  void Produce(Where where) {
    std::exception_ptr error;
    try {
      for (Item item; input_->Next(item, where);) {
        MutexLock lock(&mu_);
        while (ready_.size() >= size_ && !stopped_) changed_.Wait(&mu_);
        if (stopped_) return;
        ready_.push_back(std::move(item));
        changed_.SignalAll();
      }
    } catch (...) {
      error = std::current_exception();
    }
    MutexLock lock(&mu_);
    error_ = error;
    ended_ = true;
    changed_.SignalAll();
  }

  const std::unique_ptr<Cursor> input_;  // the thread's
  const size_t size_;
  Mutex mu_;
  CondVar changed_;
  std::deque<Item> ready_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::exception_ptr error_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

class PrefetchNode final : public Node {
 public:
  PrefetchNode(NodeRef input, int64_t size) : input_(std::move(input)), size_(size) {}
  std::unique_ptr<Cursor> Start() const override {
    // Ops are asynchronous already: where nothing but ops is made, a thread gains nothing.
    if (!input_->Works() || size_ == 0) return input_->Start();
    return std::make_unique<Pass>(input_->Start(), static_cast<size_t>(size_));
  }
  int64_t Cardinality() const override { return input_->Cardinality(); }
  std::vector<ElementSpec> Specs(Where where) const override { return input_->Specs(where); }
  bool Works() const override { return input_->Works(); }

 private:
  const NodeRef input_;
  const int64_t size_;
};

}  // namespace

NodeRef MakePrefetch(NodeRef input, int64_t buffer_size) {
  constexpr int64_t kAutotune = 2;
  return std::make_shared<PrefetchNode>(std::move(input), buffer_size < 0 ? kAutotune : buffer_size);
}

}  // namespace eager::data::internal
