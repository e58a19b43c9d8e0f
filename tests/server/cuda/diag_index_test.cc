#include "server/kernels/cuda/diag_index.h"

#include <vector>

#include "gtest/gtest.h"

namespace eager::server::cuda {
namespace {

// Every element of every diagonal, by common/ops/diag_layout.h.
void ExpectLayout(int64_t rows, int64_t columns, DiagRange range, absl::string_view align) {
  const int64_t longest = range.MaxLength(rows, columns);
  const DiagIndex index(rows, columns, range, longest, align);
  std::vector<int64_t> packed(static_cast<size_t>(rows * columns), -1);
  std::vector<int64_t> unpacked(static_cast<size_t>(range.count() * longest), -1);
  ASSERT_EQ(index.packed_size(), range.count() * longest);
  for (int64_t d = range.upper; d >= range.lower; --d) {
    const DiagPlace place = PlaceOf(d, rows, columns, longest, align);
    for (int64_t i = 0; i < place.length; ++i) {
      const int64_t in_matrix = (place.row + i) * columns + place.column + i;
      const int64_t in_packed = (range.upper - d) * longest + place.offset + i;
      packed[static_cast<size_t>(in_matrix)] = in_packed;
      unpacked[static_cast<size_t>(in_packed)] = in_matrix;
    }
  }
  for (int64_t i = 0; i < rows * columns; ++i) {
    EXPECT_EQ(index.Packed(i / columns, i % columns), packed[static_cast<size_t>(i)]);
  }
  for (int64_t i = 0; i < range.count() * longest; ++i) {
    EXPECT_EQ(index.Unpacked(i / longest, i % longest), unpacked[static_cast<size_t>(i)]);
  }
}

TEST(DiagIndex, IsTheLayoutOfDiagonals) {
  for (const char* align : {"LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT"}) {
    for (const auto& [rows, columns] : {std::pair(1, 1), {3, 3}, {2, 5}, {5, 2}, {4, 3}, {1, 4}, {4, 1}}) {
      for (int64_t lower = 1 - rows; lower < columns; ++lower) {
        for (int64_t upper = lower; upper < columns; ++upper) ExpectLayout(rows, columns, {lower, upper}, align);
      }
    }
  }
}

}  // namespace
}  // namespace eager::server::cuda
