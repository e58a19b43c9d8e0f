#include "server/rpc/tensorflow/value.h"

#include <algorithm>

namespace eager::server::tf {

void Discard(std::shared_ptr<void> what) {
  static thread_local std::vector<std::shared_ptr<void>>* waiting = nullptr;
  if (waiting != nullptr) {  // a destructor further up does it
    waiting->push_back(std::move(what));
    return;
  }
  std::vector<std::shared_ptr<void>> left;
  waiting = &left;
  what.reset();
  while (!left.empty()) {
    what = std::move(left.back());
    left.pop_back();
    what.reset();
  }
  waiting = nullptr;
}

void Discard(Values values) {
  if (std::none_of(values.begin(), values.end(), [](const Value& value) { return static_cast<bool>(value.object); })) return;
  Discard(std::make_shared<Values>(std::move(values)));
}

}  // namespace eager::server::tf
