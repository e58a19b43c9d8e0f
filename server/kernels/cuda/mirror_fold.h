// The elements of a padded tensor that are images of one of the tensor inside it: index arithmetic of MirrorPadGrad,
// shared by host and devices.
#pragma once

#include <cstdint>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "server/kernels/cuda/fast_divide.h"

namespace eager::server::cuda {

inline constexpr int kMaxFoldRank = 8;

// Index is uint32_t where FitsIn32Bits holds for the padded tensor, else int64_t.
template <class Index>
struct MirrorFold {
  using Div = std::conditional_t<sizeof(Index) == 4, Divider, PlainDivider>;
  struct Axis {
    Div extent;  // unpadded
    Index before, after;
    Index step;  // of the padded tensor
  };
  int rank = 0;
  Index edge = 0;           // 1 where the edge itself is not repeated
  Axis axes[kMaxFoldRank];  // innermost first

  // `paddings` as the op has them: before and after for each axis. UNIMPLEMENTED for more than kMaxFoldRank axes.
  static absl::StatusOr<MirrorFold> Make(absl::Span<const int64_t> unpadded, absl::Span<const int64_t> paddings,
                                         bool reflect) {
    MirrorFold fold;
    fold.edge = reflect ? 1 : 0;
    int64_t step = 1;
    if (unpadded.size() > kMaxFoldRank) {
      return absl::UnimplementedError(absl::StrCat("more than ", kMaxFoldRank, " axes have no kernel on a GPU"));
    }
    for (size_t i = unpadded.size(); i-- > 0;) {
      const int64_t before = paddings[2 * i], after = paddings[2 * i + 1];
      fold.axes[fold.rank++] = {Div(static_cast<Index>(unpadded[i])), static_cast<Index>(before),
                                static_cast<Index>(after), static_cast<Index>(step)};
      step *= before + unpadded[i] + after;
    }
    return fold;
  }

  // Calls f(offset) for each image of the element of linear index i, itself first.
  template <class F>
  EAGER_HOST_DEVICE void ForEachImage(Index i, F f) const {
    Index images[kMaxFoldRank][3];  // along the padded axes
    int counts[kMaxFoldRank];
    int folded = 0;
    int64_t all = 1;
    Index base = 0;
    for (int a = 0; a < rank; ++a) {
      const Axis& axis = axes[a];
      const Index extent = static_cast<Index>(axis.extent.divisor);
      const Index outer = static_cast<Index>(axis.extent.Divide(i));
      const Index x = i - outer * extent;
      i = outer;
      if (axis.before == 0 && axis.after == 0) {
        base += x * axis.step;
        continue;
      }
      int count = 0;
      images[folded][count++] = (axis.before + x) * axis.step;
      if (x >= edge && x - edge < axis.before) images[folded][count++] = (axis.before - 1 + edge - x) * axis.step;
      // How far behind the edge the image on the other side is.
      if (x + edge < extent && extent - 1 - edge - x < axis.after) {
        images[folded][count++] = (axis.before + extent + (extent - 1 - edge - x)) * axis.step;
      }
      counts[folded++] = count;
      all *= count;
    }
    for (int64_t image = 0; image < all; ++image) {
      int64_t rest = image;
      Index offset = base;
      for (int a = 0; a < folded; ++a) {
        offset += images[a][rest % counts[a]];
        rest /= counts[a];
      }
      f(offset);
    }
  }
};

}  // namespace eager::server::cuda
