#include "tests/e2e/faults/training.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "client/eager.h"

namespace eager::testing {

std::string Trained::ToString() const {
  std::string text;
  for (float v : variables) absl::StrAppend(&text, absl::Hex(std::bit_cast<uint32_t>(v), absl::kZeroPad8), " ");
  return absl::StrCat(text, count);
}

Trained Train(int steps) {
  random::set_seed(7);
  const Tensor x = random::normal({1000, 1});
  const Tensor y = x * 3.0f + 2.0f + random::normal({1000, 1}) * 0.1f;
  Variable w(constant(5.0f)), b(constant(0.0f)), count(constant(int64_t{0}));
  for (int i = 0; i < steps; ++i) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(x * w + b - y));
    const auto gradients = tape.gradient(loss, {w, b});
    w.assign_sub(*gradients[0] * 0.05f);
    b.assign_sub(*gradients[1] * 0.05f);
    count.assign_add(constant(int64_t{1}));
    if (i % 5 == 4) loss.read<float>();
  }
  return {{float(w), float(b)}, int64_t(count)};
}

}  // namespace eager::testing
