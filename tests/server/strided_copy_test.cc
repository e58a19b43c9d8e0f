// Transposing by tiles and blocks, across their borders, for elements of every size.
#include "server/kernels/cpu/strided_copy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace eager::server {
namespace {

// Bytes that tell the elements, and the bytes of one, apart.
std::vector<unsigned char> Numbered(size_t element, int64_t n) {
  std::vector<unsigned char> bytes(element * static_cast<size_t>(n));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * 2654435761u >> 13);
  return bytes;
}

// (batch, rows, columns) to (batch, columns, rows).
void ExpectTransposes(size_t element, int64_t batch, int64_t rows, int64_t columns) {
  const std::vector<unsigned char> src = Numbered(element, batch * rows * columns);
  std::vector<unsigned char> dst(src.size(), 0xee);
  StridedCopy(element, {batch, columns, rows}, src.data(), {rows * columns, 1, columns}, dst.data(), {rows * columns, rows, 1});
  int64_t wrong = 0;
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        const auto from = static_cast<size_t>((b * rows + r) * columns + c), to = static_cast<size_t>((b * columns + c) * rows + r);
        wrong += std::memcmp(&src[from * element], &dst[to * element], element) != 0;
      }
    }
  }
  EXPECT_EQ(wrong, 0) << "elements of " << element << " bytes, (" << batch << ", " << rows << ", " << columns << ")";
}

TEST(StridedCopy, Transposes) {
  for (size_t element : {1, 2, 4, 8, 16}) {
    for (int64_t rows : {4, 15, 16, 17, 63, 128, 131, 600}) {
      for (int64_t columns : {5, 16, 33, 127, 129, 515}) ExpectTransposes(element, 1, rows, columns);
    }
    ExpectTransposes(element, 3, 70, 140);
  }
}

TEST(StridedCopy, TransposesWhatGoesBackwards) {
  const int64_t rows = 40, columns = 150;
  std::vector<int32_t> src(rows * columns), dst(src.size(), -1);
  for (size_t i = 0; i < src.size(); ++i) src[i] = static_cast<int32_t>(i);
  StridedCopy(4, {columns, rows}, &src[(rows - 1) * columns], {1, -columns}, dst.data(), {rows, 1});
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < rows; ++r) ASSERT_EQ(dst[static_cast<size_t>(c * rows + r)], (rows - 1 - r) * columns + c) << c << ", " << r;
  }
}

}  // namespace
}  // namespace eager::server
