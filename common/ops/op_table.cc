#include "common/ops/op_table.h"

#include <cstdio>
#include <cstdlib>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ops/grad_context.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// FNV-1a: the revision must be the same in every process, which absl::Hash does not promise.
uint64_t Mix(uint64_t h, absl::string_view text) {
  for (char c : text) h = (h ^ static_cast<uint8_t>(c)) * 0x100000001B3ull;
  return (h ^ 0xFF) * 0x100000001B3ull;
}

// Whether one letter more, less or other makes one name the other, or two that changed places; case does not count.
bool OneSlipApart(absl::string_view a, absl::string_view b) {
  const auto same = [](char x, char y) { return absl::ascii_tolower(x) == absl::ascii_tolower(y); };
  while (!a.empty() && !b.empty() && same(a.front(), b.front())) a.remove_prefix(1), b.remove_prefix(1);
  while (!a.empty() && !b.empty() && same(a.back(), b.back())) a.remove_suffix(1), b.remove_suffix(1);
  if (a.size() == 2 && b.size() == 2) return same(a[0], b[1]) && same(a[1], b[0]);
  return a.size() <= 1 && b.size() <= 1;
}

}  // namespace

absl::Status NotDifferentiable(GradContext&, Grads&) { return absl::OkStatus(); }

absl::StatusOr<OpTable> OpTable::Make(absl::Span<const absl::Span<const OpDef>> families) {
  OpTable table;
  table.revision_ = 0xCBF29CE484222325ull;
  for (const auto& family : families) {
    for (const OpDef& def : family) {
      const auto error = [&](absl::string_view what) { return absl::InternalError(absl::StrCat("op ", def.name, ": ", what)); };
      if (def.shape == nullptr) return error("the row has no shape function");
      if (def.gradient == nullptr) return error("the row names no gradient; say NotDifferentiable if it has none");
      if (def.doc.empty()) return error("the row has no doc");
      absl::StatusOr<OpSpec> parsed = OpSpec::Parse(def);
      if (!parsed.ok()) return error(parsed.status().message());
      auto spec = std::make_unique<OpSpec>(*std::move(parsed));
      spec->index = static_cast<int>(table.specs_.size());
      if (!table.by_name_.try_emplace(spec->name, spec.get()).second) return error("there are two rows of that name");
      for (absl::string_view text : {def.name, def.inputs, def.outputs, def.attrs}) {
        table.revision_ = Mix(table.revision_, text);
      }
      table.specs_.push_back(std::move(spec));
    }
  }
  return table;
}

const OpTable& OpTable::Builtin() {
  static const OpTable* table = [] {
    const absl::Span<const OpDef> families[] = {
        ElementwiseUnaryOps(), ElementwiseBinaryOps(), ComparisonOps(), ReduceOps(), ShapeOps(),
        RearrangeOps(),        JoinOps(),              SliceOps(),      PadOps(),    GatherOps(),
        MakeOps(),             MatMulOps(),            RandomOps(),     VariableOps(),
        TrainingOps(), ConvOps(), PoolOps(), SoftmaxOps(), NnOps(), StatelessRandomOps(), NormOps(), ActivationOps(),
        TranscendentalOps(), BitwiseOps(), TopKOps(),
        LinalgOps(), DiagOps(), EinsumOps(), SpecialOps(), ImageOps(), LrnOps(), SpaceOps(), WhereOps(),
        PassOps(), UniqueOps(), VariableIndexOps(), StringOps(), FftOps(), VolumeOps(), ComplexOps(), TextOps(),
        SearchOps(), ColorOps(), BoxOps(), SegmentOps(),
    };
    absl::StatusOr<OpTable> made = Make(families);
    if (!made.ok()) {
      std::fprintf(stderr, "op table: %s\n", made.status().ToString().c_str());
      std::abort();
    }
    return new OpTable(*std::move(made));
  }();
  return *table;
}

const OpSpec* OpTable::Find(absl::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second;
}

absl::StatusOr<const OpSpec*> OpTable::Get(absl::string_view name) const {
  if (const OpSpec* op = Find(name)) return op;
  for (const auto& spec : specs_) {
    if (OneSlipApart(spec->name, name) || absl::StartsWith(spec->name, absl::StrCat(name, "V"))) {
      return absl::NotFoundError(absl::StrCat("there is no op '", name, "'; did you mean '", spec->name, "'?"));
    }
  }
  return absl::NotFoundError(absl::StrCat("there is no op '", name, "'"));
}

}  // namespace eager
