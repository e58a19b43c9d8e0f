// Elementwise ops, reductions, scans, products and orderings of random shapes and values against plain loops in double.
#include "tests/ops/property.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/op.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

using Dims = std::vector<int64_t>;

class Property : public ::testing::TestWithParam<uint64_t> {
 protected:
  static void SetUpTestSuite() { server_ = testing::InProcessServer::Make().value(); }
  static void TearDownTestSuite() { server_.reset(); }
  Cases cases_{GetParam()};

 private:
  static inline std::unique_ptr<testing::InProcessServer> server_;
};
INSTANTIATE_TEST_SUITE_P(Seed, Property, ::testing::Range<uint64_t>(0, kSeeds));

Tensor Call(const char* name, const std::vector<Tensor>& inputs, const NamedAttrs& attrs = {}) {
  std::vector<Operand> operands;
  for (const Tensor& t : inputs) operands.emplace_back(t);
  return op(name, operands, attrs)[0];
}

// `dims` with some axes of extent 1 and some left out in front.
Dims Narrowed(Cases& cases, Dims dims) {
  for (int64_t& d : dims) d = cases.Int(0, 3) == 0 ? 1 : d;
  dims.erase(dims.begin(), dims.begin() + cases.Int(0, cases.Int(0, static_cast<int64_t>(dims.size()))));
  return dims;
}

// What two shapes are broadcast to.
Dims Broadcast(const Dims& a, const Dims& b) {
  Dims out(std::max(a.size(), b.size()), 1);
  for (const Dims* d : {&a, &b}) {
    for (size_t i = 0; i < d->size(); ++i) {
      int64_t& extent = out[out.size() - d->size() + i];
      extent = (*d)[i] == 1 ? extent : (*d)[i];
    }
  }
  return out;
}

TEST_P(Property, ElementwiseWithBroadcasting) {
  const Dims whole = cases_.Dims();
  const Array a = cases_.Values(Narrowed(cases_, whole));
  Array b = cases_.Values(Narrowed(cases_, whole));
  for (double& v : b.values) v += v < 0 ? -0.5 : 0.5;  // to divide by
  const struct {
    const char* name;
    double (*f)(double, double);
    double tolerance;
  } ops[] = {{"AddV2", [](double x, double y) { return x + y; }, 1e-6},
             {"Sub", [](double x, double y) { return x - y; }, 1e-6},
             {"Mul", [](double x, double y) { return x * y; }, 1e-6},
             {"RealDiv", [](double x, double y) { return x / y; }, 1e-6},
             {"Maximum", [](double x, double y) { return std::max(x, y); }, 0},
             {"Minimum", [](double x, double y) { return std::min(x, y); }, 0},
             {"SquaredDifference", [](double x, double y) { return (x - y) * (x - y); }, 1e-6},
             {"Atan2", [](double x, double y) { return std::atan2(x, y); }, 1e-6},
             {"Less", [](double x, double y) { return x < y ? 1.0 : 0.0; }, 0}};
  for (const auto& o : ops) {
    Array want(Broadcast(a.dims, b.dims));
    ForEachIndex(want.dims, [&](const Dims& i) { want.at(i) = o.f(a.at(i), b.at(i)); });
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
      ExpectNear(Call(o.name, {Upload(a, dtype), Upload(b, dtype)}), want, o.tolerance, o.name);
    }
  }
}

TEST_P(Property, Reductions) {
  const Array x = cases_.Values(cases_.Dims());
  const Dims axes = cases_.Axes(x.rank());
  const bool keep = cases_.Coin();
  std::set<int64_t> reduced;
  for (int64_t axis : axes) reduced.insert(axis < 0 ? axis + x.rank() : axis);
  Dims kept = x.dims, dims;
  double count = 1;
  for (int64_t axis : reduced) {
    count *= static_cast<double>(kept[axis]);
    kept[axis] = 1;
  }
  for (int i = 0; i < x.rank(); ++i) {
    if (keep || reduced.count(i) == 0) dims.push_back(kept[i]);
  }
  const struct {
    const char* name;
    double start;
    double (*fold)(double, double);
    bool mean;
    double tolerance;
  } ops[] = {
      {"Sum", 0, [](double a, double b) { return a + b; }, false, 1e-5},
      {"Mean", 0, [](double a, double b) { return a + b; }, true, 1e-6},
      {"Prod", 1, [](double a, double b) { return a * b; }, false, 1e-6},
      {"Max", -std::numeric_limits<double>::infinity(), [](double a, double b) { return std::max(a, b); }, false, 0},
      {"Min", std::numeric_limits<double>::infinity(), [](double a, double b) { return std::min(a, b); }, false, 0}};
  for (const auto& o : ops) {
    if (count == 0 && (o.mean || std::isinf(o.start))) continue;  // of nothing: precision_test.cc
    Array want(kept);
    std::fill(want.values.begin(), want.values.end(), o.start);
    ForEachIndex(x.dims, [&](const Dims& i) { want.at(i) = o.fold(want.at(i), x.at(i)); });
    for (double& v : want.values) v = o.mean ? v / count : v;
    want.dims = dims;
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
      ExpectNear(Call(o.name, {Upload(x, dtype), Upload(axes)}, {{"keep_dims", keep}}), want, o.tolerance, o.name);
    }
  }
}

TEST_P(Property, Scans) {
  const Array x = cases_.Values(cases_.Dims(1));
  const int64_t axis = cases_.Int(0, x.rank() - 1);
  for (bool exclusive : {false, true}) {
    for (bool reverse : {false, true}) {
      for (bool product : {false, true}) {
        Array want(x.dims), total(x.dims);
        total.dims[axis] = 1;
        total.values.assign(total.values.size(), product ? 1 : 0);
        ForEachIndex(x.dims, [&](Dims i) {
          if (reverse) i[axis] = x.dims[axis] - 1 - i[axis];
          double& sum = total.at(i);
          const double next = product ? sum * x.at(i) : sum + x.at(i);
          want.at(i) = exclusive ? sum : next;
          sum = next;
        });
        const Tensor at = constant(static_cast<int32_t>(axis - (cases_.Coin() ? x.rank() : 0)));
        ExpectNear(
            Call(product ? "Cumprod" : "Cumsum", {Upload(x, DType::kFloat32), at},
                 {{"exclusive", exclusive}, {"reverse", reverse}}),
            want, 1e-5,
            absl::StrCat(product ? "Cumprod" : "Cumsum", exclusive ? " exclusive" : "", reverse ? " reverse" : ""));
      }
    }
  }
}

// c[…, i, j] = sum over p of a[…, i, p] b[…, p, j], the matrices transposed as said.
Array Product(const Array& a, const Array& b, bool ta, bool tb) {
  const int64_t m = a.dims[a.dims.size() - (ta ? 1 : 2)], k = a.dims[a.dims.size() - (ta ? 2 : 1)];
  const int64_t n = b.dims[b.dims.size() - (tb ? 2 : 1)];
  Dims dims = Broadcast(Dims(a.dims.begin(), a.dims.end() - 2), Dims(b.dims.begin(), b.dims.end() - 2));
  Array c([&] {
    Dims whole = dims;
    whole.insert(whole.end(), {m, n});
    return whole;
  }());
  ForEachIndex(c.dims, [&](const Dims& at) {
    Dims left = at, right = at;
    int64_t &i = left[at.size() - (ta ? 1 : 2)], &p = left[at.size() - (ta ? 2 : 1)];
    int64_t &q = right[at.size() - (tb ? 1 : 2)], &j = right[at.size() - (tb ? 2 : 1)];
    i = at[at.size() - 2];
    j = at[at.size() - 1];
    double sum = 0;
    for (p = 0; p < k; ++p) {
      q = p;
      sum += a.at(left) * b.at(right);
    }
    c.at(at) = sum;
  });
  return c;
}

TEST_P(Property, MatMul) {
  const bool ta = cases_.Coin(), tb = cases_.Coin(), large = cases_.Int(0, 4) == 0;
  // Large: beyond what one thread does, with an inner axis that is cut.
  const int64_t least = large ? 20 : 0, most = large ? 40 : 9, m = cases_.Int(least, most), n = cases_.Int(least, most);
  const int64_t k = large ? cases_.Int(2'200'000, 3'000'000) / (m * n) : cases_.Int(0, 9);
  const Array a = cases_.Values(ta ? Dims{k, m} : Dims{m, k}), b = cases_.Values(tb ? Dims{n, k} : Dims{k, n});
  const Array want = Product(a, b, ta, tb);
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    ExpectNear(Call("MatMul", {Upload(a, dtype), Upload(b, dtype)}, {{"transpose_a", ta}, {"transpose_b", tb}}), want,
               1e-5 + 2e-8 * static_cast<double>(k), "MatMul");
  }
}

TEST_P(Property, BatchMatMul) {
  const bool ta = cases_.Coin(), tb = cases_.Coin();
  const int64_t m = cases_.Int(1, 9), n = cases_.Int(1, 9), k = cases_.Int(0, 30);
  Dims batch;
  for (int64_t i = cases_.Int(0, 3); i > 0; --i) batch.push_back(cases_.Int(1, 5));
  Dims left = Narrowed(cases_, batch), right = Narrowed(cases_, batch);
  left.insert(left.end(), {ta ? k : m, ta ? m : k});
  right.insert(right.end(), {tb ? n : k, tb ? k : n});
  const Array a = cases_.Values(left), b = cases_.Values(right);
  const Array want = Product(a, b, ta, tb);
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    ExpectNear(Call("BatchMatMulV2", {Upload(a, dtype), Upload(b, dtype)}, {{"adj_x", ta}, {"adj_y", tb}}), want, 1e-5,
               "BatchMatMulV2");
  }
}

TEST_P(Property, Softmax) {
  Dims dims = cases_.Dims(1, 3);
  for (int64_t& d : dims) d = std::max<int64_t>(d, 1);
  const Array x = cases_.Values(dims);
  Dims rows = dims;
  rows.back() = 1;
  Array sums(rows), want(dims), log(dims);
  ForEachIndex(dims, [&](const Dims& i) { sums.at(i) += std::exp(x.at(i)); });
  ForEachIndex(dims, [&](const Dims& i) {
    want.at(i) = std::exp(x.at(i)) / sums.at(i);
    log.at(i) = x.at(i) - std::log(sums.at(i));
  });
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    ExpectNear(Call("Softmax", {Upload(x, dtype)}), want, 1e-6, "Softmax");
    ExpectNear(Call("LogSoftmax", {Upload(x, dtype)}), log, 1e-6, "LogSoftmax");
  }
}

// The k largest of each row, the first of equal ones first.
TEST_P(Property, TopK) {
  Dims dims = cases_.Dims(1, 3);
  const Array x = cases_.Integers(dims, -20, 20);
  const int64_t n = dims.back(), k = cases_.Int(0, n);
  dims.back() = k;
  Array values(dims), indices(dims);
  for (int64_t row = 0; n > 0 && row < x.size() / n; ++row) {
    std::vector<int64_t> order(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return x.values[row * n + a] > x.values[row * n + b]; });
    for (int64_t i = 0; i < k; ++i) {
      values.values[row * k + i] = x.values[row * n + order[i]];
      indices.values[row * k + i] = static_cast<double>(order[i]);
    }
  }
  for (DType dtype : {DType::kFloat32, DType::kInt32}) {
    const std::vector<Tensor> got = op("TopKV2", {Upload(x, dtype), static_cast<int32_t>(k)});
    ExpectNear(got[0], values, 0, "TopKV2's values");
    ExpectNear(got[1], indices, 0, "TopKV2's indices");
  }
}

}  // namespace
}  // namespace eager::ops_test
