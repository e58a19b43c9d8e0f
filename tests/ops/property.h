// Random cases against slow references: arrays of double on the host, and what makes random ones.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "client/tensor.h"
#include "common/shape.h"

namespace eager::ops_test {

// A row-major array of doubles.
struct Array {
  std::vector<int64_t> dims;
  std::vector<double> values;

  Array() = default;
  explicit Array(std::vector<int64_t> dims);  // zeros
  int64_t size() const { return static_cast<int64_t>(values.size()); }
  int rank() const { return static_cast<int>(dims.size()); }
  // The element at an index; axes of extent 1 repeat, and axes that the array lacks in front are left out.
  double at(const std::vector<int64_t>& index) const { return values.at(Offset(index)); }
  double& at(const std::vector<int64_t>& index) { return values.at(Offset(index)); }

 private:
  size_t Offset(const std::vector<int64_t>& index) const {
    int64_t offset = 0;
    const size_t skipped = index.size() - dims.size();
    for (size_t i = 0; i < dims.size(); ++i) offset = offset * dims[i] + (dims[i] == 1 ? 0 : index[i + skipped]);
    return static_cast<size_t>(offset);
  }
};

// Calls body(index) for every index of `dims`, the last axis first.
template <class Body>
void ForEachIndex(const std::vector<int64_t>& dims, Body body) {
  if (std::count(dims.begin(), dims.end(), 0) > 0) return;
  std::vector<int64_t> index(dims.size());
  while (true) {
    body(index);
    size_t axis = dims.size();
    while (axis > 0 && ++index[axis - 1] == dims[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

// Makes cases. What it gives depends on the seed alone.
class Cases {
 public:
  explicit Cases(uint64_t seed) : random_(seed) {}

  int64_t Int(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool Coin() { return Int(0, 1) == 1; }
  // 0 … 4 axes of 0 … 7 elements each, seldom none; now and then one long axis, for several threads.
  std::vector<int64_t> Dims(int least_rank = 0, int most_rank = 4);
  // Numbers of -1:1 that float32 has exactly.
  Array Values(std::vector<int64_t> dims);
  // Integers of [low, high].
  Array Integers(std::vector<int64_t> dims, int64_t low, int64_t high);
  // Some of the axes of an array of `rank`, each once, in any order, now and then counted from the end.
  std::vector<int64_t> Axes(int rank);
  std::vector<int64_t> Permutation(int n);

 private:
  std::mt19937_64 random_;
};

// On the server.
Tensor Upload(const Array& a, DType dtype);
Tensor Upload(const std::vector<int64_t>& values, DType dtype = DType::kInt32);
// Fails the test, with `what` and the first element that is not within tolerance * (1 + |want|) of the reference.
void ExpectNear(const Tensor& got, const Array& want, double tolerance, const std::string& what);

// The seeds that a property is tried with; a failure names its own.
inline constexpr uint64_t kSeeds = 20;

}  // namespace eager::ops_test
