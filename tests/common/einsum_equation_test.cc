// What Einsum's equations say, and what is refused.

#include "common/ops/einsum_equation.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace eager {
namespace {

absl::StatusOr<EinsumAxes> Over(absl::string_view text, const std::vector<Shape>& shapes) {
  absl::StatusOr<EinsumEquation> equation = EinsumEquation::Parse(text);
  if (!equation.ok()) return equation.status();
  std::vector<const Shape*> pointers;
  for (const Shape& shape : shapes) pointers.push_back(&shape);
  return EinsumAxes::Make(*equation, pointers);
}

Shape OutputShape(absl::string_view text, const std::vector<Shape>& shapes) {
  const absl::StatusOr<EinsumAxes> axes = Over(text, shapes);
  EXPECT_TRUE(axes.ok()) << text << ": " << axes.status();
  return axes.ok() ? axes->ShapeOf(axes->output) : Shape{-1};
}

void ExpectRefused(absl::string_view text, const std::vector<Shape>& shapes, absl::string_view words) {
  const absl::Status status = Over(text, shapes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_TRUE(absl::StrContains(status.message(), words)) << status;
}

TEST(EinsumEquation, Shapes) {
  EXPECT_EQ(OutputShape("ij,jk->ik", {{2, 3}, {3, 4}}), (Shape{2, 4}));
  EXPECT_EQ(OutputShape("ii->i", {{3, 3}}), (Shape{3}));
  EXPECT_EQ(OutputShape("i->ii", {{3}}), (Shape{3, 3}));
  EXPECT_EQ(OutputShape("->", {{}}), Shape());
  EXPECT_EQ(OutputShape("i->ij", {{3}}), (Shape{3}));  // a label that no operand has
  EXPECT_EQ(OutputShape("...ij,...jk->ik...", {{5, 1, 2, 3}, {4, 3, 2}}), (Shape{2, 2, 5, 4}));
  EXPECT_EQ(OutputShape("a...a->...", {{2, 7, 2}}), (Shape{7}));
  EXPECT_EQ(OutputShape("...,...->...", {{0}, {1}}), (Shape{0}));
}

TEST(EinsumEquation, Refusals) {
  ExpectRefused("ij", {{2, 3}}, "exactly one '->'");
  ExpectRefused("i->j->k", {{2}}, "exactly one '->'");
  ExpectRefused("i,j,k->", {{1}, {1}, {1}}, "1 or 2 input subscripts");
  ExpectRefused("i->i,", {{2}}, "one output subscript");
  ExpectRefused("..i->i", {{2}}, "at most one ellipsis");
  ExpectRefused("...i...->i", {{2}}, "at most one ellipsis");
  ExpectRefused("..i.->i", {{2}}, "outside of ellipsis");
  ExpectRefused("ij,jk->ik", {{2, 3}}, "Expected 2 inputs but got: 1");
  ExpectRefused("ij->i", {{2}}, "Expected input 0 to have rank 2 but got: 1");
  ExpectRefused("...ij->...", {{2}}, "to have rank at least 2 but got: 1");
  ExpectRefused("i,i->i", {{1}, {3}}, "Expected dimension 1 at axis 0 of the input shaped [3] but got dimension 3");
  ExpectRefused("...,...->...", {{2}, {3}}, "Invalid broadcasting dimensions");
  ExpectRefused("...i->i", {{2, 3}}, "no ellipsis");
}

TEST(EinsumEquation, SqueezesWhatIsRepeated) {
  const absl::StatusOr<EinsumAxes> axes = Over("...i,...->...", {{1, 2, 3}, {4, 2}});
  ASSERT_TRUE(axes.ok()) << axes.status();
  EXPECT_EQ(axes->Squeezed(0, {1, 2, 3}), (EinsumLabels{-1, 'i'}));
  EXPECT_EQ(axes->Squeezed(1, {4, 2}), (EinsumLabels{-2, -1}));
}

TEST(EinsumEquation, SpellsLabels) {
  const EinsumLabels a = {-1, 'x', 'x'}, b = {'z'};
  EXPECT_EQ(SpellEinsum({a, b}, {'z', -1}).value(), "abb,c->ca");
  EinsumLabels many;
  for (int i = 0; i < 63; ++i) many.push_back(-1 - i);
  EXPECT_EQ(SpellEinsum({many}, {}).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace eager
