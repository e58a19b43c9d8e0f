// Ops that move elements do the same with those of every dtype: what an op makes of numbered elements of any dtype is
// what it makes of the numbers themselves (whose results are TensorFlow's by the golden cases), and so are gradients.

#include <gtest/gtest.h>

#include <functional>

#include "client/eager.h"
#include "client/op.h"
#include "tests/ops/element_kinds.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using testing::Encode;
using testing::Same;

HostTensor Ints(const Shape& shape, std::vector<int64_t> values) {
  return HostTensor::FromSpan<int64_t>(shape, values);
}
HostTensor Ints(std::vector<int64_t> values) {
  const Shape shape{static_cast<int64_t>(values.size())};
  return Ints(shape, std::move(values));
}
HostTensor Axis(int32_t axis) { return HostTensor::Scalar<int32_t>(axis); }

// An input of a call: elements to be moved, or a tensor as it is.
struct Input {
  Input(const Shape& shape) : moved(true), shape(shape) {}               // NOLINT
  Input(HostTensor values) : moved(false), values(std::move(values)) {}  // NOLINT
  bool moved;
  Shape shape;
  HostTensor values;
};

// Shapes of the elements that move: scalars, empty ones, all ranks.
const std::vector<Shape>& Shapes() {
  static const auto* shapes = new std::vector<Shape>{{},
                                                     {0},
                                                     {1},
                                                     {5},
                                                     {2, 3},
                                                     {3, 0, 2},
                                                     {4, 1, 3},
                                                     {2, 3, 2, 2},
                                                     {2, 1, 2, 1, 3},
                                                     {1, 2, 1, 2, 2, 1},
                                                     {2, 1, 1, 2, 1, 2, 2},
                                                     {2, 1, 2, 1, 2, 1, 2, 3}};
  return *shapes;
}

// f(axis, extent) for each axis.
HostTensor PerAxis(const Shape& shape, const std::function<int64_t(int, int64_t)>& f) {
  std::vector<int64_t> values;
  for (int axis = 0; axis < shape.rank(); ++axis) values.push_back(f(axis, shape[axis]));
  return Ints(values);
}
// before(axis) and after(axis) for each axis.
HostTensor Paddings(const Shape& shape, const std::function<int64_t(int, int64_t)>& before,
                    const std::function<int64_t(int, int64_t)>& after) {
  std::vector<int64_t> values;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    values.push_back(before(axis, shape[axis]));
    values.push_back(after(axis, shape[axis]));
  }
  return Ints(Shape{shape.rank(), 2}, values);
}

class Movement : public ::testing::TestWithParam<DType> {
 protected:
  struct Results {
    std::vector<HostTensor> outputs;
    std::vector<std::optional<Tensor>> gradients;  // of the inputs that move
  };

  // Elements for first, first + 1, …, from 0 again before `limit`.
  static Tensor Numbered(const Shape& shape, DType dtype, int64_t first, int64_t limit) {
    HostTensor numbers(TensorSpec{DType::kInt64, shape});
    for (int64_t& number : numbers.values<int64_t>()) number = first++ % limit;
    return constant(Encode(numbers, dtype));
  }

  static Results Run(const std::string& name, const std::vector<Input>& inputs, DType dtype, const NamedAttrs& attrs) {
    std::vector<Tensor> tensors;
    std::vector<Source> sources;
    GradientTape tape;
    int64_t next = 1;
    for (const Input& input : inputs) {
      tensors.push_back(input.moved ? Numbered(input.shape, dtype, next, 256) : constant(input.values));
      if (input.moved) next += input.shape.num_elements();
      if (!input.moved || !IsDifferentiable(dtype)) continue;
      tape.watch(tensors.back());
      sources.emplace_back(tensors.back());
    }
    Results results;
    std::vector<Source> targets;
    GradientOptions options;
    for (const Tensor& output : op(name, std::vector<Operand>(tensors.begin(), tensors.end()), attrs)) {
      results.outputs.push_back(output.numpy());
      if (output.dtype() != dtype) continue;
      targets.emplace_back(output);
      options.output_gradients.push_back(Numbered(output.shape(), dtype, 1, 10));  // small, so that sums are exact
    }
    if (IsDifferentiable(dtype) && !targets.empty()) results.gradients = tape.gradient(targets, sources, options);
    return results;
  }

  static void CheckGradients(const Results& want, const Results& got) {
    ASSERT_EQ(got.gradients.size(), want.gradients.size());
    for (size_t i = 0; i < want.gradients.size(); ++i) {
      ASSERT_EQ(got.gradients[i].has_value(), want.gradients[i].has_value()) << "gradient " << i;
      if (!want.gradients[i].has_value()) continue;
      const HostTensor reference = want.gradients[i]->numpy();
      HostTensor numbers(TensorSpec{DType::kInt64, reference.shape()});
      for (int64_t e = 0; e < numbers.num_elements(); ++e) {
        numbers.values<int64_t>()[e] = static_cast<int64_t>(reference.values<double>()[e]);
      }
      EXPECT_TRUE(Same(got.gradients[i]->numpy(), Encode(numbers, GetParam()))) << "gradient " << i;
    }
  }

  // Runs the op on numbers and on elements of the dtype; outputs of numbers are encoded before they are compared.
  static void Check(const std::string& name, const std::vector<Input>& inputs, const NamedAttrs& attrs = {}) {
    std::string text = name;
    for (const Input& input : inputs)
      absl::StrAppend(&text, " ", (input.moved ? input.shape : input.values.shape()).ToString());
    SCOPED_TRACE(text);
    try {
      const Results want = Run(name, inputs, DType::kInt64, attrs), got = Run(name, inputs, GetParam(), attrs);
      ASSERT_EQ(got.outputs.size(), want.outputs.size());
      for (size_t i = 0; i < want.outputs.size(); ++i) {
        const bool moved = want.outputs[i].dtype() == DType::kInt64;
        EXPECT_TRUE(Same(got.outputs[i], moved ? Encode(want.outputs[i], GetParam()) : want.outputs[i]))
            << "output " << i;
      }
      if (IsDifferentiable(GetParam())) CheckGradients(Run(name, inputs, DType::kFloat64, attrs), got);
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

TEST_P(Movement, NamesAxesAnew) {
  for (const Shape& shape : Shapes()) {
    Check("Identity", {shape});
    Check("StopGradient", {shape});
    Check("Reshape", {shape, Ints({shape.num_elements()})});
    Check("Reshape", {shape, Ints({1, shape.num_elements(), 1})});
    Check("Squeeze", {shape});
    if (shape.rank() < 8) Check("ExpandDims", {shape, Axis(-1)});
    Check("Shape", {shape});
    Check("Size", {shape});
    Check("Rank", {shape});
    Check("ZerosLike", {shape});
  }
}

TEST_P(Movement, Rearranges) {
  for (const Shape& shape : Shapes()) {
    const int rank = shape.rank();
    Check("Transpose", {shape, PerAxis(shape, [&](int axis, int64_t) { return rank - 1 - axis; })});
    Check("Transpose", {shape, PerAxis(shape, [&](int axis, int64_t) { return (axis + 1) % rank; })});
    Check("Tile", {shape, PerAxis(shape, [](int axis, int64_t) { return axis % 3 == 1 ? 3 : 1; })});
    Check("Tile", {shape, PerAxis(shape, [](int, int64_t) { return 0; })});
    if (rank < 8) {
      Shape more{3};
      for (int64_t extent : shape.dims()) more.push_back(extent == 1 ? 2 : extent);
      Check("BroadcastTo", {shape, Ints({more.dims().begin(), more.dims().end()})});
    }
    Check("ReverseV2", {shape, rank == 0 ? Ints({}) : Ints({rank - 1})});
    Check("ReverseV2", {shape, PerAxis(shape, [](int axis, int64_t) { return axis; })});
    if (rank == 0) continue;
    Check("Roll", {shape, Ints({2, -1}), Ints({0, rank - 1})});
  }
}

TEST_P(Movement, Pads) {
  const auto one = [](int, int64_t) { return int64_t{1}; };
  const auto none = [](int, int64_t) { return int64_t{0}; };
  const auto by_axis = [](int axis, int64_t) { return int64_t{axis % 2}; };
  for (const Shape& shape : Shapes()) {
    if (shape.rank() > 5) continue;  // there would be more elements than numbers
    Check("Pad", {shape, Paddings(shape, none, none)});
    Check("Pad", {shape, Paddings(shape, by_axis, one)});
    Check("PadV2", {shape, Paddings(shape, one, by_axis), Shape()});
    const auto whole = [](int, int64_t extent) { return extent; };
    const auto but_edge = [](int, int64_t extent) { return extent - 1; };
    Check("MirrorPad", {shape, Paddings(shape, none, whole)}, {{"mode", std::string("SYMMETRIC")}});
    if (shape.num_elements() == 0) continue;
    Check("MirrorPad", {shape, Paddings(shape, but_edge, none)}, {{"mode", std::string("REFLECT")}});
  }
}

TEST_P(Movement, Slices) {
  for (const Shape& shape : Shapes()) {
    const HostTensor zeros = PerAxis(shape, [](int, int64_t) { return 0; });
    const HostTensor ends = PerAxis(shape, [](int, int64_t extent) { return extent; });
    const HostTensor half = PerAxis(shape, [](int, int64_t extent) { return extent / 2; });
    const HostTensor back = PerAxis(shape, [](int, int64_t) { return -1; });
    const HostTensor twos = PerAxis(shape, [](int, int64_t) { return 2; });
    Check("Slice", {shape, zeros, back});
    Check("Slice", {shape, half, back});
    Check("Slice", {shape, zeros, half});
    Check("StridedSlice", {shape, zeros, ends, twos});
    Check("StridedSlice", {shape, ends, zeros, back}, {{"end_mask", int64_t{255}}});
    Check("StridedSlice", {shape, Ints({0}), Ints({0}), Ints({1})}, {{"ellipsis_mask", int64_t{1}}});
    const Shape taken(Shape::Dims(static_cast<size_t>(shape.rank()), 1));
    if (shape.num_elements() == 0) continue;
    Check("StridedSliceGrad", {ends, zeros, PerAxis(shape, [](int, int64_t) { return 1; }), twos, taken});
  }
}

TEST_P(Movement, JoinsAndSplits) {
  for (const Shape& shape : Shapes()) {
    const int rank = shape.rank();
    if (rank < 8) {
      Check("Pack", {shape});
      Check("Pack", {shape, shape, shape}, {{"axis", int64_t{-1}}});
    }
    if (rank == 0) continue;
    Shape longer = shape;
    longer.set_dim(rank - 1, shape[rank - 1] + 2);
    Check("ConcatV2", {shape, longer, shape, Axis(rank - 1)});
    Check("ConcatV2", {shape, shape, Axis(0)});
    Check("Unpack", {shape}, {{"num", shape[0]}, {"axis", int64_t{0}}});
    Check("Unpack", {shape}, {{"num", shape[rank - 1]}, {"axis", int64_t{-1}}});
    Check("Split", {Axis(0), shape}, {{"num_split", std::max<int64_t>(1, shape[0])}});
    Check("SplitV", {shape, Ints({0, shape[rank - 1], 0}), Axis(-1)}, {{"num_split", int64_t{3}}});
  }
}

TEST_P(Movement, GathersAndScatters) {
  for (const Shape& shape : Shapes()) {
    if (shape.rank() == 0) continue;
    const int64_t last = shape[0] - 1;
    const HostTensor rows = shape[0] == 0 ? Ints({}) : Ints({last, 0, last});
    Check("GatherV2", {shape, rows, Axis(0)});
    Check("GatherNd", {shape, Ints(Shape{0, 1}, {})});
    Check("TensorScatterUpdate", {shape, Ints(Shape{0, shape.rank()}, {}), Shape{0}});
    if (shape.num_elements() == 0) continue;
    Check("GatherV2", {shape, Ints(Shape{1, 2}, {0, shape[shape.rank() - 1] - 1}), Axis(-1)});
    Check("GatherNd", {shape, Ints(Shape{2, 1}, {last, 0})});
    Check("GatherNd", {shape, Ints(Shape{2, 1}, {0, last + 1})}, {{"bad_indices_policy", std::string("IGNORE")}});
    Shape row = shape;
    row.set_dim(0, 1);
    Check("TensorScatterUpdate", {shape, Ints(Shape{1, 1}, {last}), row});
    Check("ScatterNd", {Ints(Shape{1, 1}, {last}), row, Ints({shape.dims().begin(), shape.dims().end()})});
  }
}

TEST_P(Movement, ChoosesAndFills) {
  for (const Shape& shape : Shapes()) {
    HostTensor odd(TensorSpec{DType::kBool, shape});
    for (size_t i = 0; i < odd.values<bool>().size(); i += 2) odd.values<bool>()[i] = true;
    Check("SelectV2", {odd, shape, shape});
    Check("SelectV2", {odd, shape, Shape()});
    Check("SelectV2", {odd, Shape(), shape});
    Check("SelectV2", {HostTensor::Scalar(true), shape, Shape()});
    Check("Fill", {Ints({shape.dims().begin(), shape.dims().end()}), Shape()});
    if (shape.rank() == 8) continue;
    HostTensor indices(TensorSpec{DType::kInt32, shape});
    for (size_t i = 0; i < indices.values<int32_t>().size(); ++i)
      indices.values<int32_t>()[i] = static_cast<int32_t>(i % 5) - 1;
    Check("OneHot", {indices, Axis(3), Shape(), Shape()});
    Check("OneHot", {indices, Axis(0), Shape(), Shape()}, {{"axis", int64_t{0}}});
  }
}

TEST_P(Movement, Compares) {
  if (GetParam() == DType::kBool) return;  // has not as many values as there are numbers
  for (const Shape& shape : Shapes()) {
    for (const char* name : {"Equal", "NotEqual"}) {
      Check(name, {shape, shape});
      Check(name, {shape, Shape()});
      Check(name, {Shape(), shape});
      const Tensor same = constant(Encode(HostTensor(TensorSpec{DType::kInt64, shape}), GetParam()));
      const HostTensor equal = op(name, {same, same})[0].numpy();
      for (bool value : equal.values<bool>()) EXPECT_EQ(value, std::string(name) == "Equal");
    }
  }
  const Tensor three = constant(Encode(Ints({1, 2, 3}), GetParam())), two = constant(Encode(Ints({1, 2}), GetParam()));
  const HostTensor differ = op("NotEqual", {three, two}, {{"incompatible_shape_error", false}})[0].numpy();
  EXPECT_TRUE(differ.shape().is_scalar() && differ.values<bool>()[0]);
}

TEST_P(Movement, LivesInVariables) {
  const HostTensor first = Encode(Ints(Shape{2, 2}, {1, 0, 3, 4}), GetParam()),
                   second = Encode(Ints(Shape{2, 2}, {9, 8, 7, 6}), GetParam());
  Variable v(constant(first));
  const Tensor before = v.read_value();
  v.assign(constant(second));
  EXPECT_TRUE(Same(before.numpy(), first));
  EXPECT_TRUE(Same(v.read_value().numpy(), second));
}

INSTANTIATE_TEST_SUITE_P(DTypes, Movement, ::testing::ValuesIn(testing::MovableDTypes()),
                         [](const auto& info) { return std::string(Name(info.param)); });

}  // namespace
}  // namespace eager
