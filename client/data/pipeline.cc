#include "client/data/pipeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/core/call.h"
#include "client/core/throw.h"

namespace eager::data::internal {
namespace {

// One component of every item, stacked.
Tensor StackComponent(const std::vector<Tensors>& items, size_t component, Where where) {
  const Tensor& first = items[0][component];
  std::vector<Operand> operands;
  for (size_t i = 0; i < items.size(); ++i) {
    const Tensor& t = items[i][component];
    if (t.dtype() != first.dtype()) {
      throw Error(absl::InvalidArgumentError(absl::StrCat("Cannot batch tensors with different dtypes in component ",
                                                          component, ". First element had ", Name(first.dtype()),
                                                          " and element ", i, " had ", Name(t.dtype()), ".")),
                  where);
    }
    const bool known = first.state()->shape_known && t.state()->shape_known;
    if (known && !(t.shape(where) == first.shape(where))) {
      throw Error(
          absl::InvalidArgumentError(absl::StrCat("Cannot batch tensors with different shapes in component ", component,
                                                  ". First element had shape ", first.shape(where).ToString(),
                                                  " and element ", i, " had shape ", t.shape(where).ToString(), ".")),
          where);
    }
    operands.emplace_back(t, where);
  }
  return eager::internal::Call1(eager::internal::Op("Pack"), operands, {{"axis", int64_t{0}}}, where);
}

// Whether part `p` of every item is a row of the same table.
bool SameTable(absl::Span<const Item> items, size_t p) {
  const Rows* rows = items[0][p].rows;
  return rows != nullptr &&
         std::all_of(items.begin(), items.end(), [&](const Item& item) { return item[p].rows == rows; });
}

void StackTensors(const std::vector<Tensors>& items, Tensors& out, Where where) {
  for (const Tensors& t : items) {
    if (t.size() != items[0].size()) {
      throw Error(absl::InvalidArgumentError(
                      absl::StrCat("batch: elements have ", items[0].size(), " and ", t.size(), " components")),
                  where);
    }
  }
  for (size_t c = 0; c < items[0].size(); ++c) out.push_back(StackComponent(items, c, where));
}

}  // namespace

Tensors Resolve(const Item& item, Where where) {
  if (item.size() == 1) return item[0].rows != nullptr ? item[0].rows->Get(item[0].row, where) : item[0].tensors;
  Tensors all;
  for (const Part& part : item) {
    const Tensors some = part.rows != nullptr ? part.rows->Get(part.row, where) : part.tensors;
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Item ItemOf(Tensors tensors) {
  Item item;
  item.push_back({nullptr, 0, std::move(tensors)});
  return item;
}

Item Stack(absl::Span<const Item> items, Where where) {
  const eager::internal::NoTapes quiet;
  const size_t parts = items[0].size();
  Tensors stacked;
  if (!std::all_of(items.begin(), items.end(), [&](const Item& item) { return item.size() == parts; })) {
    std::vector<Tensors> whole;
    for (const Item& item : items) whole.push_back(Resolve(item, where));
    StackTensors(whole, stacked, where);
    return ItemOf(std::move(stacked));
  }
  for (size_t p = 0; p < parts; ++p) {
    if (SameTable(items, p)) {
      std::vector<int64_t> rows;
      for (const Item& item : items) rows.push_back(item[p].row);
      Tensors gathered = items[0][p].rows->Gather(rows, where);
      std::move(gathered.begin(), gathered.end(), std::back_inserter(stacked));
    } else {
      std::vector<Tensors> each;
      for (const Item& item : items)
        each.push_back(item[p].rows != nullptr ? item[p].rows->Get(item[p].row, where) : item[p].tensors);
      StackTensors(each, stacked, where);
    }
  }
  return ItemOf(std::move(stacked));
}

std::vector<ElementSpec> SpecsOfFirst(const Node& node, Where where) {
  Item item;
  if (!node.Start()->Next(item, where)) return {};
  std::vector<ElementSpec> specs;
  for (const Tensor& t : Resolve(item, where)) {
    const auto dims = t.shape(where).dims();
    specs.push_back({t.dtype(), {dims.begin(), dims.end()}});
  }
  return specs;
}

bool IsTrue(const Tensor& result) { return static_cast<bool>(result); }

}  // namespace eager::data::internal
