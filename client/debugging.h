// Checks of values and shapes while a program runs: nothing if they hold, eager::Error (INVALID_ARGUMENT, TensorFlow's
// text, after `message` if there is one) at the caller's line if they do not.
#pragma once

#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/tensor.h"

namespace eager::debugging {

struct AssertOptions {
  std::string message = {};
  int summarize = 3;  // how many elements an error shows; all if negative
};

// x and y, broadcast, compare so element by element; empty ones do. Each waits once, for one bool.
void assert_equal(const Operand& x, const Operand& y, const AssertOptions& options = {});
void assert_none_equal(const Operand& x, const Operand& y, const AssertOptions& options = {});
void assert_less(const Operand& x, const Operand& y, const AssertOptions& options = {});
void assert_less_equal(const Operand& x, const Operand& y, const AssertOptions& options = {});
void assert_greater(const Operand& x, const Operand& y, const AssertOptions& options = {});
void assert_greater_equal(const Operand& x, const Operand& y, const AssertOptions& options = {});

// Shapes, which are known here: assert_equal(logits.shape(), {32, 10}) does not wait.
void assert_equal(const Shape& x, const Shape& y, const AssertOptions& options = {},
                  std::source_location where = std::source_location::current());

struct NearOptions {
  std::optional<double> rtol = {};  // ten times the dtype's epsilon if not given
  std::optional<double> atol = {};
  std::string message = {};
  int summarize = 3;
};
// |x - y| < atol + rtol * |y| for every element of two tensors of a floating dtype. Waits once.
void assert_near(const Tensor& x, const Operand& y, const NearOptions& options = {},
                 std::source_location where = std::source_location::current());

// The tensor itself, if no element is nan or infinite. Waits once.
Tensor check_numerics(const Tensor& tensor, const std::string& message,
                      std::source_location where = std::source_location::current());

// A dimension of a shape: its size, or a name that stands for the same size wherever it occurs.
using Dim = std::variant<int64_t, std::string>;
// assert_shapes({{x, {"N", 28}}, {y, {"N"}}}): ranks and sizes. Waits only for shapes that depend on values.
void assert_shapes(const std::vector<std::pair<Tensor, std::vector<Dim>>>& shapes, const AssertOptions& options = {},
                   std::source_location where = std::source_location::current());

}  // namespace eager::debugging
