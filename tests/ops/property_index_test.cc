// Windows, slices and indices of random shapes and values against plain loops in double.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/constant.h"
#include "client/op.h"
#include "gtest/gtest.h"
#include "tests/ops/property.h"
#include "tests/support/in_process.h"

namespace eager::ops_test {
namespace {

using Dims = std::vector<int64_t>;

class IndexProperty : public ::testing::TestWithParam<uint64_t> {
 protected:
  static void SetUpTestSuite() { server_ = testing::InProcessServer::Make().value(); }
  static void TearDownTestSuite() { server_.reset(); }
  Cases cases_{GetParam()};

 private:
  static inline std::unique_ptr<testing::InProcessServer> server_;
};
INSTANTIATE_TEST_SUITE_P(Seed, IndexProperty, ::testing::Range<uint64_t>(0, kSeeds));

Tensor Call(const std::string& name, const std::vector<Tensor>& inputs, const NamedAttrs& attrs = {}) {
  std::vector<Operand> operands;
  for (const Tensor& t : inputs) operands.emplace_back(t);
  return op(name, operands, attrs)[0];
}

// Windows of `size` along an axis of `in` elements, as tf.nn.convolution places them.
struct Axis {
  int64_t in, size, stride, dilation, before, out;
  Axis(Cases& c, int64_t in, bool same, bool dilated)
      : in(in), size(c.Int(1, 3)), stride(c.Int(1, 3)), dilation(dilated && stride == 1 ? c.Int(1, 2) : 1) {
    const int64_t extent = (size - 1) * dilation + 1;
    out = same ? (in + stride - 1) / stride : (in - extent) / stride + 1;
    before = same ? std::max<int64_t>(0, (out - 1) * stride + extent - in) / 2 : 0;
  }
  // The input element that place j of window i sees, or -1 in the padding.
  int64_t From(int64_t i, int64_t j) const {
    const int64_t at = i * stride - before + j * dilation;
    return at < in ? std::max<int64_t>(at, -1) : -1;
  }
};

TEST_P(IndexProperty, Convolution) {
  const bool same = cases_.Coin(), depthwise = cases_.Coin();
  const int64_t large = cases_.Int(0, 4) == 0 ? 3 : 1, batch = cases_.Int(1, 3 * large);
  const Axis y(cases_, cases_.Int(5, 8 * large), same, true);
  Axis x(cases_, cases_.Int(5, 8 * large), same, true);
  if (x.stride != y.stride && (depthwise || y.dilation * x.dilation > 1)) x = Axis(y);
  const int64_t channels = cases_.Int(1, 5), last = cases_.Int(1, depthwise ? 2 : 6);
  const int64_t outputs = depthwise ? channels * last : last;
  const Array images = cases_.Values({batch, y.in, x.in, channels}),
              filter = cases_.Values({y.size, x.size, channels, last});
  const Array dy = cases_.Values({batch, y.out, x.out, outputs});
  Array out(dy.dims), d_images(images.dims), d_filter(filter.dims);
  ForEachIndex({batch, y.out, x.out, y.size, x.size, channels, last}, [&](const Dims& i) {
    const int64_t row = y.From(i[1], i[3]), column = x.From(i[2], i[4]);
    if (row < 0 || column < 0) return;
    const Dims pixel = {i[0], row, column, i[5]}, weight = {i[3], i[4], i[5], i[6]};
    const Dims result = {i[0], i[1], i[2], depthwise ? i[5] * last + i[6] : i[6]};
    out.at(result) += images.at(pixel) * filter.at(weight);
    d_images.at(pixel) += dy.at(result) * filter.at(weight);
    d_filter.at(weight) += dy.at(result) * images.at(pixel);
  });
  const std::string name = depthwise ? "DepthwiseConv2dNative" : "Conv2D";
  const NamedAttrs attrs = {{"strides", Dims{1, y.stride, x.stride, 1}},
                            {"dilations", Dims{1, y.dilation, x.dilation, 1}},
                            {"padding", std::string(same ? "SAME" : "VALID")}};
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const Tensor a = Upload(images, dtype), b = Upload(filter, dtype), c = Upload(dy, dtype);
    ExpectNear(Call(name, {a, b}, attrs), out, 1e-5, name);
    ExpectNear(Call(name + "BackpropInput", {Upload(images.dims), b, c}, attrs), d_images, 1e-5,
               name + "BackpropInput");
    ExpectNear(Call(name + "BackpropFilter", {a, Upload(filter.dims), c}, attrs), d_filter, 1e-5,
               name + "BackpropFilter");
  }
}

TEST_P(IndexProperty, Pooling) {
  const bool same = cases_.Coin();
  const int64_t large = cases_.Int(0, 4) == 0 ? 4 : 1, batch = cases_.Int(1, 3), channels = cases_.Int(1, 6 * large);
  const Axis y(cases_, cases_.Int(5, 8 * large), same, false), x(cases_, cases_.Int(5, 8 * large), same, false);
  const Array images = cases_.Values({batch, y.in, x.in, channels});
  Array most({batch, y.out, x.out, channels}), mean(most.dims), counts(most.dims);
  std::fill(most.values.begin(), most.values.end(), -std::numeric_limits<double>::infinity());
  ForEachIndex({batch, y.out, x.out, channels, y.size, x.size}, [&](const Dims& i) {
    const int64_t row = y.From(i[1], i[4]), column = x.From(i[2], i[5]);
    if (row < 0 || column < 0) return;
    const Dims at = {i[0], i[1], i[2], i[3]};
    const double value = images.at({i[0], row, column, i[3]});
    most.at(at) = std::max(most.at(at), value);
    mean.at(at) += value;
    counts.at(at) += 1;
  });
  for (int64_t i = 0; i < mean.size(); ++i) mean.values[i] /= counts.values[i];
  const NamedAttrs attrs = {{"ksize", Dims{1, y.size, x.size, 1}},
                            {"strides", Dims{1, y.stride, x.stride, 1}},
                            {"padding", std::string(same ? "SAME" : "VALID")}};
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    ExpectNear(Call("MaxPool", {Upload(images, dtype)}, attrs), most, 0, "MaxPool");
    ExpectNear(Call("AvgPool", {Upload(images, dtype)}, attrs), mean, 1e-6, "AvgPool");
  }
}

TEST_P(IndexProperty, Gather) {
  Dims dims = cases_.Dims(1);
  for (int64_t& d : dims) d = std::max<int64_t>(d, 1);
  const int rank = static_cast<int>(dims.size());
  const int64_t axis = cases_.Int(0, rank - 1);
  const Array params = cases_.Values(dims), indices = cases_.Integers(cases_.Dims(0, 2), 0, dims[axis] - 1);
  Dims out(dims.begin(), dims.begin() + axis);
  out.insert(out.end(), indices.dims.begin(), indices.dims.end());
  out.insert(out.end(), dims.begin() + axis + 1, dims.end());
  if (Array(indices.dims).size() * params.size() / dims[axis] > 300'000) return;
  Array want(out);
  ForEachIndex(out, [&](const Dims& i) {
    const auto first = i.begin() + axis, last = first + indices.rank();
    Dims from(i.begin(), first);
    from.push_back(static_cast<int64_t>(indices.at(Dims(first, last))));
    from.insert(from.end(), last, i.end());
    want.at(i) = params.at(from);
  });
  const Tensor at = constant(static_cast<int32_t>(axis - (cases_.Coin() ? rank : 0)));
  for (DType dtype : {DType::kInt32, DType::kInt64}) {
    ExpectNear(Call("GatherV2", {Upload(params, DType::kFloat32), Upload(indices, dtype), at}), want, 0, "GatherV2");
  }
}

// Rows of updates are added to, or replace, the rows of a tensor that indices name; the last one stays.
TEST_P(IndexProperty, Scatter) {
  const int64_t rows = cases_.Int(1, 6), columns = cases_.Int(1, 6),
                width = cases_.Coin() ? cases_.Int(0, 5) : cases_.Int(1, 300);
  const int64_t count = cases_.Int(0, 5) == 0 ? 2000 : cases_.Int(0, 20);
  const Array tensor = cases_.Values({rows, columns, width}), updates = cases_.Values({count, width});
  Array indices({count, 2}), ids({count});
  for (int64_t i = 0; i < count; ++i) {
    indices.values[2 * i] = static_cast<double>(cases_.Int(0, rows - 1));
    indices.values[2 * i + 1] = static_cast<double>(cases_.Int(0, columns - 1));
    ids.values[i] = static_cast<double>(cases_.Int(-1, rows - 1));
  }
  Array zeros_plus(tensor.dims), plus = tensor, put = tensor, segments({rows, width}), gathered({count, width});
  ForEachIndex({count, width}, [&](const Dims& i) {
    const Dims at = {static_cast<int64_t>(indices.at({i[0], 0})), static_cast<int64_t>(indices.at({i[0], 1})), i[1]};
    zeros_plus.at(at) += updates.at(i);
    plus.at(at) += updates.at(i);
    put.at(at) = updates.at(i);
    gathered.at(i) = tensor.at(at);
    if (ids.at({i[0]}) >= 0) segments.at({static_cast<int64_t>(ids.at({i[0]})), i[1]}) += updates.at(i);
  });
  const Tensor at = Upload(indices, DType::kInt32);
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const Tensor t = Upload(tensor, dtype), u = Upload(updates, dtype);
    ExpectNear(Call("ScatterNd", {at, u, Upload(tensor.dims)}), zeros_plus, 1e-5, "ScatterNd");
    ExpectNear(Call("TensorScatterAdd", {t, at, u}), plus, 1e-5, "TensorScatterAdd");
    ExpectNear(Call("TensorScatterUpdate", {t, at, u}), put, 1e-6, "TensorScatterUpdate");
    // Of a tensor without elements TensorFlow gathers nothing, not even slices of none.
    if (width > 0 || count == 0) ExpectNear(Call("GatherNd", {t, at}), gathered, 1e-6, "GatherNd");
    ExpectNear(Call("UnsortedSegmentSum", {u, Upload(ids, DType::kInt32), constant(static_cast<int32_t>(rows))}),
               segments, 1e-5, "UnsortedSegmentSum");
  }
}

// As x[begin:end:stride, …] in Python, with axes that are one index, new axes, and an ellipsis.
TEST_P(IndexProperty, StridedSlice) {
  const Array x = cases_.Values(cases_.Dims(1));
  const int rank = x.rank();
  const int first = static_cast<int>(cases_.Int(0, rank)),
            last = static_cast<int>(cases_.Int(first, rank));  // of the ellipsis
  const bool ellipsis = last > first || cases_.Coin();
  Dims begin, end, stride, out;
  int64_t masks[5] = {};  // begin, end, ellipsis, new axis, shrink axis
  std::vector<std::pair<int64_t, int64_t>> picked(static_cast<size_t>(rank));  // first element and step of each axis
  std::vector<int> source;  // the axis of x that an axis of the result is, or -1
  const auto push = [&](int64_t b, int64_t e, int64_t s) {
    begin.push_back(b);
    end.push_back(e);
    stride.push_back(s);
    return int64_t{1} << (begin.size() - 1);
  };
  for (int axis = 0; axis <= rank; ++axis) {
    if (axis == first && ellipsis) {
      masks[2] = push(0, 0, 1);
      for (; axis < last; ++axis) {
        picked[axis] = {0, 1};
        out.push_back(x.dims[axis]);
        source.push_back(axis);
      }
    }
    if (cases_.Int(0, 4) == 0) {
      masks[3] |= push(0, 0, 1);
      out.push_back(1);
      source.push_back(-1);
    }
    if (axis == rank) break;
    const int64_t n = x.dims[axis];
    if (n > 0 && cases_.Int(0, 4) == 0) {
      const int64_t at = cases_.Int(0, n - 1), given = at - (cases_.Coin() ? n : 0);
      masks[4] |= push(given, given + 1, 1);
      picked[axis] = {at, 1};
      continue;
    }
    const int64_t s = cases_.Coin() ? cases_.Int(1, 3) : -cases_.Int(1, 3);
    const int64_t low = s > 0 ? 0 : -1, high = s > 0 ? n : n - 1;  // where positions are cut to
    const bool open_begin = cases_.Int(0, 3) == 0, open_end = cases_.Int(0, 3) == 0;
    const int64_t b = cases_.Int(-n - 2, n + 2), e = cases_.Int(-n - 2, n + 2), bit = push(b, e, s);
    masks[0] |= open_begin ? bit : 0;
    masks[1] |= open_end ? bit : 0;
    const int64_t from = open_begin ? (s > 0 ? low : high) : std::clamp(b < 0 ? b + n : b, low, high);
    const int64_t to = open_end ? (s > 0 ? high : low) : std::clamp(e < 0 ? e + n : e, low, high);
    const int64_t steps = std::max<int64_t>(0, (to - from + s + (s > 0 ? -1 : 1)) / s);
    picked[axis] = {from, s};
    out.push_back(steps);
    source.push_back(axis);
  }
  Array want(out);
  ForEachIndex(out, [&](const Dims& i) {
    Dims from(static_cast<size_t>(rank));
    for (int axis = 0; axis < rank; ++axis) from[axis] = picked[axis].first;
    for (size_t a = 0; a < i.size(); ++a) {
      if (source[a] >= 0) from[source[a]] += i[a] * picked[source[a]].second;
    }
    want.at(i) = x.at(from);
  });
  ExpectNear(Call("StridedSlice", {Upload(x, DType::kFloat32), Upload(begin), Upload(end), Upload(stride)},
                  {{"begin_mask", masks[0]},
                   {"end_mask", masks[1]},
                   {"ellipsis_mask", masks[2]},
                   {"new_axis_mask", masks[3]},
                   {"shrink_axis_mask", masks[4]}}),
             want, 0, "StridedSlice");
}

TEST_P(IndexProperty, Rearranging) {
  const Array x = cases_.Values(cases_.Dims(1));
  const int rank = x.rank();
  const Dims order = cases_.Permutation(rank);
  Dims turned_dims, tiled_dims, multiples, rolled_axes, shifts;
  for (int i = 0; i < rank; ++i) {
    turned_dims.push_back(x.dims[order[i]]);
    multiples.push_back(cases_.Int(0, 3));
    tiled_dims.push_back(x.dims[i] * multiples[i]);
    shifts.push_back(cases_.Int(-9, 9));
    rolled_axes.push_back(i);
  }
  Array turned(turned_dims), tiled(tiled_dims), rolled(x.dims), reversed(x.dims);
  ForEachIndex(x.dims, [&](const Dims& i) {
    Dims to(i.size()), moved(i.size()), back(i.size());
    for (int a = 0; a < rank; ++a) {
      to[a] = i[order[a]];
      moved[a] = ((i[a] + shifts[a]) % x.dims[a] + x.dims[a]) % x.dims[a];
      back[a] = x.dims[a] - 1 - i[a];
    }
    turned.at(to) = x.at(i);
    rolled.at(moved) = x.at(i);
    reversed.at(back) = x.at(i);
  });
  ForEachIndex(tiled_dims, [&](Dims i) {
    double& to = tiled.at(i);
    for (int a = 0; a < rank; ++a) i[a] %= x.dims[a];
    to = x.at(i);
  });
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const Tensor t = Upload(x, dtype);
    ExpectNear(Call("Transpose", {t, Upload(order)}), turned, 1e-6, "Transpose");
    ExpectNear(Call("Tile", {t, Upload(multiples)}), tiled, 1e-6, "Tile");
    ExpectNear(Call("Roll", {t, Upload(shifts), Upload(rolled_axes)}), rolled, 1e-6, "Roll");
    ExpectNear(Call("ReverseV2", {t, Upload(rolled_axes)}), reversed, 1e-6, "ReverseV2");
  }
}

}  // namespace
}  // namespace eager::ops_test
