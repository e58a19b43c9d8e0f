// Numbers that a test and the Python that computed its expectations make alike.
#pragma once

#include <cmath>
#include <vector>

#include "client/constant.h"
#include "client/keras/layer.h"
#include "gtest/gtest.h"

namespace eager::keras {

// ((np.arange(n) * 37) % 101 - 50) / 25
inline std::vector<float> Ramp(int64_t n) {
  std::vector<float> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(static_cast<float>(i * 37 % 101 - 50) / 25);
  return values;
}
inline Tensor RampTensor(const Shape& shape) { return constant(Ramp(shape.num_elements()), shape); }

// Gives each weight of a built layer the ramp of its shape, a variance its absolute values.
inline void SetRamps(Layer& layer) {
  for (Variable& v : layer.weights()) {
    std::vector<float> values = Ramp(v.shape().num_elements());
    if (v.name().find("variance") != std::string::npos) {
      for (float& x : values) x = std::abs(x);
    }
    v.assign(Operand(constant(values, v.shape())));
  }
}

inline void ExpectValues(const Tensor& got, const Shape& shape, const std::vector<float>& want,
                         float tolerance = 2e-5f) {
  ASSERT_EQ(got.shape(), shape);
  const std::vector<float> values = got.read<float>();
  ASSERT_EQ(values.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(values[i], want[i], tolerance * (1 + std::abs(want[i]))) << "element " << i;
}

// The error that a call throws.
template <class F>
Error ErrorOf(F call) {
  try {
    call();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(absl::OkStatus(), std::source_location::current());
}
#define EXPECT_ERROR(code_, text, call)                                                   \
  do {                                                                                    \
    const Error error_ = ErrorOf([&] { call; });                                          \
    EXPECT_EQ(error_.code(), absl::StatusCode::code_);                                    \
    EXPECT_NE(std::string(error_.what()).find(text), std::string::npos) << error_.what(); \
  } while (false)

}  // namespace eager::keras
