#include "tests/ops/property.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "client/constant.h"
#include "client/op.h"
#include "gtest/gtest.h"

namespace eager::ops_test {

Array::Array(std::vector<int64_t> d) : dims(std::move(d)) {
  values.resize(static_cast<size_t>(std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>())));
}

std::vector<int64_t> Cases::Dims(int least_rank, int most_rank) {
  std::vector<int64_t> dims(static_cast<size_t>(Int(least_rank, most_rank)));
  for (int64_t& d : dims) d = Int(0, 15) == 0 ? 0 : Int(1, 7);
  if (!dims.empty() && Int(0, 6) == 0) {
    std::fill(dims.begin(), dims.end(), 1);
    dims[0] = Int(1, 3);
    dims[static_cast<size_t>(Int(0, static_cast<int64_t>(dims.size()) - 1))] = Int(20'000, 40'000);
  }
  return dims;
}

Array Cases::Values(std::vector<int64_t> dims) {
  Array a(std::move(dims));
  for (double& v : a.values) v = static_cast<double>(Int(-(1 << 20), 1 << 20)) / (1 << 20);
  return a;
}
Array Cases::Integers(std::vector<int64_t> dims, int64_t low, int64_t high) {
  Array a(std::move(dims));
  for (double& v : a.values) v = static_cast<double>(Int(low, high));
  return a;
}
std::vector<int64_t> Cases::Permutation(int n) {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random_);
  return order;
}
std::vector<int64_t> Cases::Axes(int rank) {
  std::vector<int64_t> axes = Permutation(rank);
  axes.resize(static_cast<size_t>(Int(0, rank)));
  for (int64_t& axis : axes) axis -= Coin() ? rank : 0;
  return axes;
}

Tensor Upload(const Array& a, DType dtype) {
  const Tensor wide = constant(HostTensor::FromSpan<double>(Shape::Make(a.dims).value(), a.values));
  return dtype == DType::kFloat64 ? wide : op("Cast", {wide}, {{"DstT", dtype}})[0];
}
Tensor Upload(const std::vector<int64_t>& values, DType dtype) {
  Array a({static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), a.values.begin());
  return Upload(a, dtype);
}

void ExpectNear(const Tensor& got, const Array& want, double tolerance, const std::string& what) {
  const Shape shape = Shape::Make(want.dims).value();
  ASSERT_EQ(got.shape(), shape) << what;
  const Tensor wide = got.dtype() == DType::kFloat64 ? got : op("Cast", {got}, {{"DstT", DType::kFloat64}})[0];
  const std::vector<double> values = wide.read<double>();
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_LE(std::abs(values[i] - want.values[i]), tolerance * (1 + std::abs(want.values[i])))
        << what << ": element " << i << " of " << shape.ToString() << " is " << values[i] << ", want "
        << want.values[i];
  }
}

}  // namespace eager::ops_test
