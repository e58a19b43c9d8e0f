// The op table: every op that exists, joined from its families by explicit calls and checked once at start.
#pragma once

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/ops/op_spec.h"

namespace eager {

// One function per file of rows.
absl::Span<const OpDef> ElementwiseUnaryOps();
absl::Span<const OpDef> ElementwiseBinaryOps();
absl::Span<const OpDef> ComparisonOps();
absl::Span<const OpDef> ReduceOps();
absl::Span<const OpDef> ShapeOps();
absl::Span<const OpDef> RearrangeOps();
absl::Span<const OpDef> JoinOps();
absl::Span<const OpDef> SliceOps();
absl::Span<const OpDef> PadOps();
absl::Span<const OpDef> GatherOps();
absl::Span<const OpDef> MakeOps();
absl::Span<const OpDef> MatMulOps();
absl::Span<const OpDef> ConvOps();
absl::Span<const OpDef> PoolOps();
absl::Span<const OpDef> SoftmaxOps();
absl::Span<const OpDef> NnOps();
absl::Span<const OpDef> NormOps();
absl::Span<const OpDef> ActivationOps();
absl::Span<const OpDef> TranscendentalOps();
absl::Span<const OpDef> BitwiseOps();
absl::Span<const OpDef> TopKOps();
absl::Span<const OpDef> LinalgOps();
absl::Span<const OpDef> DiagOps();
absl::Span<const OpDef> EinsumOps();
absl::Span<const OpDef> SpecialOps();
absl::Span<const OpDef> RandomOps();
absl::Span<const OpDef> StatelessRandomOps();
absl::Span<const OpDef> VariableOps();
absl::Span<const OpDef> TrainingOps();
absl::Span<const OpDef> ImageOps();
absl::Span<const OpDef> LrnOps();
absl::Span<const OpDef> SpaceOps();
absl::Span<const OpDef> WhereOps();
absl::Span<const OpDef> PassOps();
absl::Span<const OpDef> UniqueOps();
absl::Span<const OpDef> VariableIndexOps();
absl::Span<const OpDef> StringOps();
absl::Span<const OpDef> FftOps();
absl::Span<const OpDef> VolumeOps();
absl::Span<const OpDef> ComplexOps();
absl::Span<const OpDef> TextOps();
absl::Span<const OpDef> SearchOps();
absl::Span<const OpDef> ColorOps();
absl::Span<const OpDef> BoxOps();
absl::Span<const OpDef> SegmentOps();

// Immutable after Make(); safe to read from any thread.
class OpTable {
 public:
  // INTERNAL if a row does not parse, two rows share a name, or a shape function or gradient is unset.
  static absl::StatusOr<OpTable> Make(absl::Span<const absl::Span<const OpDef>> families);
  // All families. Made at the first call; ends the process with a message if a row is wrong, which is a bug of ours.
  static const OpTable& Builtin();

  // Null if there is no such op.
  const OpSpec* Find(absl::string_view name) const;
  // NOT_FOUND with the name, and the closest one where a case or a letter was missed.
  absl::StatusOr<const OpSpec*> Get(absl::string_view name) const;
  const OpSpec& at(int index) const { return *specs_[index]; }
  int size() const { return static_cast<int>(specs_.size()); }
  // Changes when a row changes: client and server compare it in Hello.
  uint64_t revision() const { return revision_; }

 private:
  std::vector<std::unique_ptr<OpSpec>> specs_;  // in the order of the families
  absl::flat_hash_map<absl::string_view, const OpSpec*> by_name_;
  uint64_t revision_ = 0;
};

}  // namespace eager
