#include "server/rpc/tensorflow/value.h"

#include <algorithm>
#include <new>

namespace eager::server::tf {

void Discard(std::shared_ptr<void> what) {
  static thread_local std::vector<std::shared_ptr<void>>* waiting = nullptr;
  if (waiting != nullptr) {  // a destructor further up does it
    try {
      waiting->push_back(std::move(what));
    } catch (const std::bad_alloc&) {  // then it goes here: better deep than not at all
    }
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
  try {
    Discard(std::make_shared<Values>(std::move(values)));
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace eager::server::tf
