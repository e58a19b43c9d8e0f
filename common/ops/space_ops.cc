// Ops that move blocks of an image's positions into its channels or its batch, and back.

#include "common/ops/grad_context.h"
#include "common/ops/host_inputs.h"
#include "common/ops/op_table.h"
#include "common/status_macros.h"

namespace eager {
namespace {

absl::Status CheckImage(const ShapeContext& c) {
  const std::string& format = c.attr<std::string>("data_format");
  if (format != "NHWC") {  // TensorFlow has no kernel for others on the CPU, hence the code
    return absl::NotFoundError(absl::StrCat("data_format: only NHWC is supported, got ", format));
  }
  if (c.input(0).rank() != 4) {
    return Invalid("input: Input rank should be 4 instead of ", c.input(0).rank());
  }
  return absl::OkStatus();
}

absl::Status SetImage(ShapeContext& c, int64_t height, int64_t width, int64_t depth) {
  ASSIGN_OR_RETURN(Shape out, Shape::Make({c.input(0)[0], height, width, depth}));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status TooLarge(int64_t block) { return Invalid("block_size ", block, " is too large for 63-bit dimensions"); }

absl::Status SpaceToDepthShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckImage(c));
  const Shape& in = c.input(0);
  const int64_t block = c.attr<int64_t>("block_size");
  if (in[1] % block != 0 || in[2] % block != 0) {
    return Invalid("Image width ", in[2], " and height ", in[1], " should be divisible by block_size: ", block);
  }
  int64_t depth;
  if (__builtin_mul_overflow(in[3], block, &depth) || __builtin_mul_overflow(depth, block, &depth)) {
    return TooLarge(block);
  }
  return SetImage(c, in[1] / block, in[2] / block, depth);
}

absl::Status DepthToSpaceShape(ShapeContext& c) {
  RETURN_IF_ERROR(CheckImage(c));
  const Shape& in = c.input(0);
  const int64_t block = c.attr<int64_t>("block_size");
  int64_t square, height, width;
  if (__builtin_mul_overflow(block, block, &square) || __builtin_mul_overflow(in[1], block, &height) ||
      __builtin_mul_overflow(in[2], block, &width)) {
    return TooLarge(block);
  }
  if (in[3] % square != 0) {
    return Invalid("Input depth dimension ", in[3], " should be divisible by: ", square);
  }
  return SetImage(c, height, width, in[3] / square);
}

absl::Status Opposite(GradContext& g, Grads& grads, absl::string_view op) {
  grads[0] = g.Op(op, {g.upstream(0)},
                  {{"block_size", g.attr<int64_t>("block_size")}, {"data_format", g.attr<std::string>("data_format")}});
  return g.status();
}
absl::Status SpaceToDepthGrad(GradContext& g, Grads& grads) { return Opposite(g, grads, "DepthToSpace"); }
absl::Status DepthToSpaceGrad(GradContext& g, Grads& grads) { return Opposite(g, grads, "SpaceToDepth"); }

// Checks block_shape and `margins` (paddings or crops), gives the product of the block's extents.
absl::StatusOr<int64_t> BlockElements(const ShapeContext& c, absl::string_view margins) {
  const Shape &in = c.input(0), &blocks = c.input(1);
  if (blocks.rank() != 1) return Invalid("block_shape rank should be 1 instead of ", blocks.rank());
  if (in.rank() < 1 + blocks[0]) {
    return Invalid("input rank should be >= ", 1 + blocks[0], " instead of ", in.rank());
  }
  if (c.input(2) != Shape{blocks[0], 2}) {
    return Invalid(margins, " should have shape [", blocks[0], ", 2] instead of ", c.input(2).ToString());
  }
  int64_t product = 1;
  for (int64_t block : c.ints(1)) {
    if (block < 1) return Invalid("All values in block_shape must be positive, got value ", block);
    if (__builtin_mul_overflow(product, block, &product)) return Invalid("Product of block sizes must be less than 2^63");
  }
  for (int64_t margin : c.ints(2)) {
    if (margin < 0) return Invalid(margins, " must be non-negative, got ", margin);
  }
  return product;
}

absl::Status SpaceToBatchShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const int64_t product, BlockElements(c, "paddings"));
  const HostInts blocks = c.ints(1), paddings = c.ints(2);
  Shape::Dims dims(c.input(0).dims().begin(), c.input(0).dims().end());
  if (__builtin_mul_overflow(dims[0], product, &dims[0])) return Invalid("the batch grows over 63 bits");
  for (size_t i = 0; i < blocks.size(); ++i) {
    int64_t& dim = dims[i + 1];
    if (__builtin_add_overflow(dim, paddings[2 * i], &dim) || __builtin_add_overflow(dim, paddings[2 * i + 1], &dim)) {
      return Invalid("paddings: dimension ", i + 1, " grows over 63 bits");
    }
    if (dim % blocks[i] != 0) {
      return Invalid("padded_shape[", i, "]=", dim, " is not divisible by block_shape[", i, "]=", blocks[i]);
    }
    dim /= blocks[i];
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

absl::Status BatchToSpaceShape(ShapeContext& c) {
  ASSIGN_OR_RETURN(const int64_t product, BlockElements(c, "crops"));
  const HostInts blocks = c.ints(1), crops = c.ints(2);
  Shape::Dims dims(c.input(0).dims().begin(), c.input(0).dims().end());
  if (dims[0] % product != 0) {
    return Invalid("Input batch dimension (", dims[0], ") is not divisible by product of block sizes (", product, ")");
  }
  dims[0] /= product;
  for (size_t i = 0; i < blocks.size(); ++i) {
    int64_t& dim = dims[i + 1];
    if (__builtin_mul_overflow(dim, blocks[i], &dim)) return Invalid("dimension ", i + 1, " grows over 63 bits");
    const int64_t before = crops[2 * i], after = crops[2 * i + 1];
    if (before > dim || after > dim - before) {
      return Invalid("cropped_shape[", i, "] must be non-negative: crops ", before, " and ", after, " of ", dim);
    }
    dim -= before + after;
  }
  ASSIGN_OR_RETURN(Shape out, Shape::Make(dims));
  c.set_output(0, std::move(out));
  return absl::OkStatus();
}

// Each is the other's gradient, with the same block and margins.
absl::Status SpaceToBatchGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("BatchToSpaceND", {g.upstream(0), g.input(1), g.input(2)});
  return g.status();
}
absl::Status BatchToSpaceGrad(GradContext& g, Grads& grads) {
  grads[0] = g.Op("SpaceToBatchND", {g.upstream(0), g.input(1), g.input(2)});
  return g.status();
}

constexpr char kBlockAttrs[] =
    "T: type, block_size: int >= 2, data_format: string {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'";

constexpr OpDef kRows[] = {
    {.name = "SpaceToDepth",
     .doc = "Moves each block_size x block_size block of positions into the channels of one position.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = kBlockAttrs,
     .shape = &SpaceToDepthShape,
     .gradient = &SpaceToDepthGrad},
    {.name = "DepthToSpace",
     .doc = "Spreads the channels of each position over a block_size x block_size block of positions.",
     .inputs = "input: T",
     .outputs = "output: T",
     .attrs = kBlockAttrs,
     .shape = &DepthToSpaceShape,
     .gradient = &DepthToSpaceGrad},
    {.name = "SpaceToBatchND",
     .doc = "Pads with zeros, then moves the positions of each block into the batch.",
     .inputs = "input: T, block_shape: host Tblock_shape, paddings: host Tpaddings",
     .outputs = "output: T",
     .attrs = "T: type, Tblock_shape: {int32, int64} = int32, Tpaddings: {int32, int64} = int32",
     .shape = &SpaceToBatchShape,
     .gradient = &SpaceToBatchGrad,
     .saves = Saves::kHostInputs},
    {.name = "BatchToSpaceND",
     .doc = "Spreads the batch over blocks of positions, then crops: the opposite of SpaceToBatchND.",
     .inputs = "input: T, block_shape: host Tblock_shape, crops: host Tcrops",
     .outputs = "output: T",
     .attrs = "T: type, Tblock_shape: {int32, int64} = int32, Tcrops: {int32, int64} = int32",
     .shape = &BatchToSpaceShape,
     .gradient = &BatchToSpaceGrad,
     .saves = Saves::kHostInputs},
};

}  // namespace

absl::Span<const OpDef> SpaceOps() { return kRows; }

}  // namespace eager
