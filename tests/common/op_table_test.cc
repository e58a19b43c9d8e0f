// The table's rows, attributes, and inference: what both sides trust.

#include "common/ops/op_table.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/match.h"
#include "common/ops/grad_context.h"
#include "common/ops/infer.h"

namespace eager {
namespace {

using absl::StatusCode;

// Rows of a test; the last one that a family holds is the one to be judged.
OpDef GoodRow() {
  return {.name = "Good", .doc = "A row.", .inputs = "x: T, y: T", .outputs = "z: T", .attrs = "T: {float, int32}",
          .shape = &BroadcastInputs, .gradient = &NotDifferentiable};
}

absl::Status MakeWith(std::vector<OpDef> rows) {
  const absl::Span<const OpDef> families[] = {rows};
  return OpTable::Make(families).status();
}

void ExpectRefused(const OpDef& row, absl::string_view word) {
  const absl::Status status = MakeWith({row});
  EXPECT_EQ(status.code(), StatusCode::kInternal) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), word)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), row.name)) << status;
}

const OpSpec& Op(absl::string_view name) { return **OpTable::Builtin().Get(name); }

// Infers with shapes, and with host values where a tensor is given.
absl::StatusOr<Inferred> InferOn(absl::string_view op, std::vector<InferInput> inputs, NamedAttrs named = {}) {
  absl::StatusOr<Attrs> attrs = Attrs::Make(Op(op), named);
  if (!attrs.ok()) return attrs.status();
  Inferred out;
  if (absl::Status s = Infer(Op(op), inputs, *attrs, out); !s.ok()) return s;
  return out;
}

TEST(OpTable, TakesGoodRows) {
  EXPECT_TRUE(MakeWith({GoodRow()}).ok());
  OpDef rich = GoodRow();
  rich.inputs = "values: N * T, axis: host Tidx";
  rich.attrs = "T: type, N: int >= 2, Tidx: {int32, int64} = int32, pads: list(int) = [1, 2], mode: string {'A', 'B'} = 'B', "
               "scale: float = 0.5, shape: shape = [2, 3]";
  const absl::Span<const OpDef> families[] = {{&rich, 1}};
  absl::StatusOr<OpTable> table = OpTable::Make(families);
  ASSERT_TRUE(table.ok()) << table.status();
  const OpSpec& op = table->at(0);
  EXPECT_TRUE(op.has_list_input);
  EXPECT_FALSE(op.differentiable);
  EXPECT_EQ(op.InputArg(2, 4), 0);
  EXPECT_EQ(op.InputArg(3, 4), 1);
  EXPECT_TRUE(op.IsHostInput(3, 4));
  EXPECT_FALSE(op.IsHostInput(0, 4));
  absl::StatusOr<Attrs> attrs = Attrs::Make(op, {});
  ASSERT_TRUE(attrs.ok()) << attrs.status();
  EXPECT_EQ(attrs->Get<std::vector<int64_t>>("pads"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(attrs->Get<std::string>("mode"), "B");
  EXPECT_EQ(attrs->Get<float>("scale"), 0.5f);
  EXPECT_EQ(attrs->Get<Shape>("shape"), (Shape{2, 3}));
  EXPECT_EQ((*attrs)[op.AttrIndex("T")].index(), 0u);
}

// One list(type) gives a list's length and dtypes, of inputs and of outputs.
TEST(OpTable, ListsOfAnyDTypes) {
  OpDef row = GoodRow();
  row.inputs = "first: int32, values: T";
  row.outputs = "count: int32, values: T";
  row.attrs = "T: list(type) >= 1";
  row.shape = [](ShapeContext& c) {
    for (int i = 0; i < c.num_outputs(); ++i) c.set_output(i, c.input(i));
    return absl::OkStatus();
  };
  const absl::Span<const OpDef> families[] = {{&row, 1}};
  absl::StatusOr<OpTable> table = OpTable::Make(families);
  ASSERT_TRUE(table.ok()) << table.status();
  const OpSpec& op = table->at(0);
  EXPECT_TRUE(op.has_list_input);
  EXPECT_TRUE(op.attrs[0].inferred);
  EXPECT_EQ(op.InputArg(0, 3), 0);
  EXPECT_EQ(op.InputArg(2, 3), 1);

  const Shape shape{2};
  const auto infer = [&](const NamedAttrs& named, const std::vector<DType>& dtypes, Inferred& out) {
    std::vector<InferInput> inputs;
    for (DType d : dtypes) inputs.push_back({d, &shape});
    Attrs attrs = Attrs::Make(op, named).value();
    return Infer(op, inputs, attrs, out);
  };
  Inferred out;
  ASSERT_TRUE(infer({}, {DType::kInt32, DType::kString, DType::kFloat32}, out).ok());
  EXPECT_EQ(std::vector<DType>(out.dtypes.begin(), out.dtypes.end()),
            (std::vector<DType>{DType::kInt32, DType::kString, DType::kFloat32}));
  const NamedAttrs given = {{"T", std::vector<DType>{DType::kBool, DType::kInt64}}};
  EXPECT_TRUE(infer(given, {DType::kInt32, DType::kBool, DType::kInt64}, out).ok());
  EXPECT_TRUE(absl::StrContains(infer(given, {DType::kInt32, DType::kBool, DType::kInt32}, out).message(),
                                "input 2 (values) must be int64 by attribute 'T', got int32"));
  EXPECT_TRUE(absl::StrContains(infer(given, {DType::kInt32, DType::kBool}, out).message(),
                                "but the list 'values' has 1 tensors"));
  EXPECT_TRUE(absl::StrContains(infer({}, {DType::kInt32}, out).message(), "must have at least 1 tensors, got 0"));
}

TEST(OpTable, RefusesBadRows) {
  EXPECT_TRUE(absl::StrContains(MakeWith({GoodRow(), GoodRow()}).message(), "two rows"));
  OpDef row = GoodRow();
  row.shape = nullptr;
  ExpectRefused(row, "shape function");
  row = GoodRow();
  row.gradient = nullptr;
  ExpectRefused(row, "gradient");
  row = GoodRow();
  row.doc = "";
  ExpectRefused(row, "doc");
  for (absl::string_view attrs : {"T", "T:", "T: {float, nonsense}", "T: {float", "T: type, k: integer", "T: type, k: int = x",
                                  "T: type, k: int >= y", "T: type, s: string {A}", "T: type, l: list(int) = 3"}) {
    row = GoodRow();
    row.attrs = attrs;
    EXPECT_FALSE(MakeWith({row}).ok()) << attrs;
  }
  for (absl::string_view inputs : {"x", "x: U", "x: M * T", "x: T * T", "x: k"}) {
    row = GoodRow();
    row.attrs = "T: type, k: int = 1";
    row.inputs = inputs;
    EXPECT_FALSE(MakeWith({row}).ok()) << inputs;
  }
}

TEST(OpTable, FindsOpsAndHints) {
  EXPECT_EQ(OpTable::Builtin().Find("NoSuchOp"), nullptr);
  EXPECT_EQ(OpTable::Builtin().Get("NoSuchOp").status().message(), "there is no op 'NoSuchOp'");
  for (const auto& [wrong, meant] : {std::pair("Einsom", "Einsum"), {"einsum", "Einsum"}, {"Einsm", "Einsum"},
                                     {"ConacatV2", "ConcatV2"}, {"Enisum", "Einsum"}, {"Gather", "GatherV2"}}) {
    const absl::Status status = OpTable::Builtin().Get(wrong).status();
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_EQ(status.message(), absl::StrCat("there is no op '", wrong, "'; did you mean '", meant, "'?"));
  }
  EXPECT_TRUE(absl::StrContains(OpTable::Builtin().Get("matmul").status().message(), "'MatMul'"));
  EXPECT_TRUE(absl::StrContains(OpTable::Builtin().Get("Add").status().message(), "'AddV2'"));
  for (int i = 0; i < OpTable::Builtin().size(); ++i) EXPECT_EQ(OpTable::Builtin().at(i).index, i);
}

TEST(OpTable, RevisionFollowsTheRows) {
  OpDef a = GoodRow(), b = GoodRow();
  b.attrs = "T: {float, int64}";
  const absl::Span<const OpDef> with_a[] = {{&a, 1}}, with_b[] = {{&b, 1}};
  EXPECT_EQ(OpTable::Make(with_a)->revision(), OpTable::Make(with_a)->revision());
  EXPECT_NE(OpTable::Make(with_a)->revision(), OpTable::Make(with_b)->revision());
}

void ExpectBadAttrs(absl::string_view op, const NamedAttrs& named, absl::string_view word) {
  const absl::Status status = Attrs::Make(Op(op), named).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), op)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), word)) << status;
}

// As keys of a table they must equal themselves whatever they hold.
TEST(Attrs, CompareFloatsByTheirBits) {
  const auto with = [](float alpha) { return *Attrs::Make(Op("LeakyRelu"), {{"alpha", alpha}}); };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(with(nan), with(nan));
  EXPECT_EQ(with(nan).Hash(), with(nan).Hash());
  EXPECT_EQ(with(0.5f), with(0.5f));
  EXPECT_FALSE(with(0.5f) == with(nan));
  EXPECT_FALSE(with(0.0f) == with(-0.0f));
}

TEST(Attrs, ErrorsNameOpAndAttribute) {
  ExpectBadAttrs("MatMul", {{"transpose_x", true}}, "no attribute 'transpose_x'");
  ExpectBadAttrs("MatMul", {{"transpose_a", int64_t{1}}}, "must be a bool");
  ExpectBadAttrs("AddV2", {{"T", DType::kBool}}, "must be one of");
  ExpectBadAttrs("Cast", {}, "'DstT' (type) is missing");
  ExpectBadAttrs("Cast", {{"DstT", std::string("float32")}}, "must be a type");
  EXPECT_TRUE(Attrs::Make(Op("MatMul"), {{"transpose_a", true}}).ok());
}

TEST(Attrs, EqualValuesHashAlike) {
  const Attrs a = *Attrs::Make(Op("MatMul"), {{"transpose_a", true}});
  const Attrs b = *Attrs::Make(Op("MatMul"), {{"transpose_a", true}, {"transpose_b", false}});
  const Attrs c = *Attrs::Make(Op("MatMul"), {});
  EXPECT_TRUE(a == b);
  EXPECT_EQ(a.Hash(), b.Hash());
  EXPECT_FALSE(a == c);
}

void ExpectBadCall(absl::string_view op, std::vector<InferInput> inputs, absl::string_view word, NamedAttrs named = {}) {
  const absl::Status status = InferOn(op, std::move(inputs), std::move(named)).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << op << " " << status;
  EXPECT_TRUE(absl::StartsWith(status.message(), op)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), word)) << status;
}

TEST(Infer, RefusesWrongCalls) {
  const Shape two{2}, three{3}, scalar;
  const InferInput f2{DType::kFloat32, &two}, f3{DType::kFloat32, &three}, i2{DType::kInt32, &two};
  ExpectBadCall("AddV2", {f2}, "expected 2 inputs");
  ExpectBadCall("AddV2", {f2, f2, f2}, "got 3");
  ExpectBadCall("AddV2", {f2, i2}, "input 1 (y) must be float32 as input 0 (x) is, got int32");
  ExpectBadCall("AddV2", {f2, f2}, "by attribute 'T'", {{"T", DType::kInt32}});
  ExpectBadCall("AddV2", {f2, f3}, "Incompatible shapes: [2] vs. [3]");
  ExpectBadCall("LogicalAnd", {f2, f2}, "must be bool");
  ExpectBadCall("Exp", {i2}, "must be one of");
  ExpectBadCall("MatMul", {f2, f2}, "MatMul");
}

TEST(Infer, GivesDtypesAndShapes) {
  const Shape a{2, 1}, b{3}, scalar;
  absl::StatusOr<Inferred> out = InferOn("Less", {{DType::kFloat32, &a}, {DType::kFloat32, &b}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->dtypes[0], DType::kBool);
  EXPECT_EQ(out->shapes[0], (Shape{2, 3}));
}

TEST(Infer, UnknownShapesAndHostValuesAreNoErrors) {
  const Shape a{2, 3}, one{1};
  absl::StatusOr<Inferred> out = InferOn("AddV2", {{DType::kFloat32, nullptr}, {DType::kFloat32, &a}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_FALSE(out->shapes_known);
  EXPECT_EQ(out->dtypes[0], DType::kFloat32);
  out = InferOn("Sum", {{DType::kFloat32, &a}, {DType::kInt32, &one}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_FALSE(out->shapes_known);
  const HostTensor axis = HostTensor::FromSpan<int32_t>(one, {-1});
  out = InferOn("Sum", {{DType::kFloat32, &a}, {DType::kInt32, &one, axis.view()}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_TRUE(out->shapes_known);
  EXPECT_EQ(out->shapes[0], (Shape{2}));
  const HostTensor wrong = HostTensor::FromSpan<int32_t>(one, {2});
  ExpectBadCall("Sum", {{DType::kFloat32, &a}, {DType::kInt32, &one, wrong.view()}}, "2");
}

TEST(Infer, ListsGiveTheirLength) {
  const Shape a{2, 3}, b{4, 3}, scalar;
  const InferInput fa{DType::kFloat32, &a}, fb{DType::kFloat32, &b}, ia{DType::kInt32, &a};
  absl::StatusOr<Inferred> packed = InferOn("Pack", {fa, fa, fa});
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ(packed->shapes[0], (Shape{3, 2, 3}));
  ExpectBadCall("Pack", {}, "at least");
  ExpectBadCall("Pack", {fa, fa}, "the list 'values' has 2 tensors", {{"N", int64_t{3}}});
  ExpectBadCall("Pack", {fa, ia}, "input 1 (values) must be float32");
  const HostTensor axis = HostTensor::Scalar<int32_t>(0);
  const InferInput at{DType::kInt32, &scalar, axis.view()};
  absl::StatusOr<Inferred> joined = InferOn("ConcatV2", {fa, fb, at});
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->shapes[0], (Shape{6, 3}));
}

}  // namespace
}  // namespace eager
