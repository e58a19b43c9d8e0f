// Which axes an op works along.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace eager {

// One axis, several, or all of them: reduce_sum(x), reduce_sum(x, -1), reduce_sum(x, {0, 1}). Negative ones count from
// the end. All axes unless some are named; a list of none is none: reduce_sum(x, std::vector<int64_t>{}) is x.
class Axes {
 public:
  Axes() = default;
  Axes(std::nullopt_t) {}  // NOLINT
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Axes(T axis) : list_(std::vector<int64_t>{static_cast<int64_t>(axis)}) {}                           // NOLINT
  Axes(std::initializer_list<int64_t> axes) : list_(std::vector<int64_t>(axes.begin(), axes.end())) {}  // NOLINT
  Axes(std::vector<int64_t> axes) : list_(std::move(axes)) {}                                         // NOLINT

  bool has_value() const { return list_.has_value(); }  // false: all axes
  const std::vector<int64_t>& operator*() const { return *list_; }
  const std::vector<int64_t>* operator->() const { return &*list_; }

 private:
  std::optional<std::vector<int64_t>> list_;
};

}  // namespace eager
