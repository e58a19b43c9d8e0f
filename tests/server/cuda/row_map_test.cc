#include "server/kernels/cuda/row_map.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "server/kernels/cuda/unit_bytes.h"

namespace eager::server::cuda {
namespace {

// Where row r's elements begin in params, by walking all axes: batch, outer, indices.
std::vector<int64_t> GatherReference(const Shape& params, const Shape& indices, const std::vector<int32_t>& values, int axis,
                                     int batch) {
  int64_t batches = 1, outer = 1, per_batch = 1;
  for (int d = 0; d < batch; ++d) batches *= params[d];
  for (int d = batch; d < axis; ++d) outer *= params[d];
  for (int d = batch; d < indices.rank(); ++d) per_batch *= indices[d];
  std::vector<int64_t> slices;
  for (int64_t b = 0; b < batches; ++b) {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < per_batch; ++i) {
        const int64_t index = values[static_cast<size_t>(b * per_batch + i)];
        const bool in_range = index >= 0 && index < params[axis];
        slices.push_back(in_range ? (b * outer + o) * params[axis] + index : -1);
      }
    }
  }
  return slices;
}

template <class Index>
void ExpectRows(const RowPlan& plan, const void* indices, DType type, const std::vector<int64_t>& expected) {
  ASSERT_EQ(plan.rows, static_cast<int64_t>(expected.size()));
  const RowMap<Index> map(plan, indices, type);
  for (size_t r = 0; r < expected.size(); ++r) EXPECT_EQ(map(static_cast<Index>(r)), expected[r]) << r;
}

TEST(RowMap, GathersAsTheOpSays) {
  std::mt19937 random(3);
  struct Case {
    Shape params, indices;
    int axis, batch;
  };
  const std::vector<Case> cases = {
      {{5}, {}, 0, 0},           {{5, 3}, {4}, 0, 0},          {{2, 5, 3}, {4}, 1, 0},       {{2, 5, 3}, {2, 4}, 1, 1},
      {{2, 3, 5}, {2, 4}, 2, 1}, {{2, 3, 5, 2}, {2, 3, 4}, 2, 2}, {{2, 3, 5}, {2, 2, 2}, 2, 1}, {{2, 5}, {}, 1, 0},
      {{3, 4}, {3}, 1, 1},
  };
  for (const Case& c : cases) {
    std::vector<int32_t> values(static_cast<size_t>(c.indices.num_elements()));
    for (int32_t& v : values) v = static_cast<int32_t>(random() % 8) - 1;
    const auto expected = GatherReference(c.params, c.indices, values, c.axis, c.batch);
    const RowPlan plan = RowPlan::Gather(c.params, c.indices, c.axis, c.batch);
    int64_t width = 1;
    for (int d = c.axis + 1; d < c.params.rank(); ++d) width *= c.params[d];
    EXPECT_EQ(plan.width, width);
    EXPECT_EQ(plan.slices * width, c.params.num_elements());
    ExpectRows<uint32_t>(plan, values.data(), DType::kInt32, expected);
    ExpectRows<int64_t>(plan, values.data(), DType::kInt32, expected);
    const RowPlan negative = RowPlan::Gather(c.params, c.indices, c.axis - c.params.rank(),
                                             c.batch == 0 ? 0 : c.batch - c.indices.rank());
    if (c.batch != c.indices.rank()) ExpectRows<uint32_t>(negative, values.data(), DType::kInt32, expected);
  }
}

TEST(RowMap, FollowsRowsOfIndices) {
  const Shape target{3, 4, 5};
  const std::vector<int64_t> two = {0, 0, 2, 3, 1, 2, 3, 0, 0, -1};
  const RowPlan plan = RowPlan::Nd(target, Shape{5, 2}).value();
  EXPECT_EQ(plan.width, 5);
  EXPECT_EQ(plan.slices, 12);
  ExpectRows<uint32_t>(plan, two.data(), DType::kInt64, {0, 11, 6, -1, -1});
  ExpectRows<int64_t>(plan, two.data(), DType::kInt64, {0, 11, 6, -1, -1});
  const std::vector<int16_t> three = {2, 3, 4, 0, 0, 5, 1, 1, 1};
  ExpectRows<uint32_t>(RowPlan::Nd(target, Shape{3, 3}).value(), three.data(), DType::kInt16, {59, -1, 26});
  const std::vector<uint16_t> one = {2, 65535, 0};
  ExpectRows<uint32_t>(RowPlan::Nd(target, Shape{3, 1}).value(), one.data(), DType::kUint16, {2, -1, 0});
  // No index at all: each row is the whole.
  const RowPlan whole = RowPlan::Nd(target, Shape{2, 0}).value();
  EXPECT_EQ(whole.width, 60);
  EXPECT_EQ(whole.slices, 1);
  ExpectRows<uint32_t>(whole, nullptr, DType::kInt32, {0, 0});
  const Shape deep(Shape::Dims(kMaxIndexDepth + 1, 1));
  EXPECT_EQ(RowPlan::Nd(deep, Shape{1, kMaxIndexDepth + 1}).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(RowMap, NamesSegments) {
  const std::vector<int32_t> ids = {1, -1, 0, 2, 3};
  ExpectRows<uint32_t>(RowPlan::Segments(3, 5, 7), ids.data(), DType::kInt32, {1, -1, 0, 2, -1});
}

TEST(UnitBytes, DividesRunsAndAddresses) {
  const auto at = [](uintptr_t address) { return reinterpret_cast<const void*>(address); };
  EXPECT_EQ(UnitBytes(64, {at(256), at(512)}), 16);
  EXPECT_EQ(UnitBytes(12, {at(256), at(512)}), 4);
  EXPECT_EQ(UnitBytes(64, {at(264), at(512)}), 8);
  EXPECT_EQ(UnitBytes(64, {at(256), at(514)}), 2);
  EXPECT_EQ(UnitBytes(3, {at(256)}), 1);
}

}  // namespace
}  // namespace eager::server::cuda
