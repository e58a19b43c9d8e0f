// What softmax and the cross entropies do to a row and to its elements, on hosts and devices. W is float or double; the
// results are those of cpu/softmax_kernels.cc.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "server/kernels/elementwise_fns.h"

namespace eager::server::cuda {

// A nan is not larger than anything, so that it shows in the sum alone.
template <class W>
EAGER_HOST_DEVICE W Larger(W a, W b) {
  return b > a ? b : a;
}

// A row's largest element and the sum of exp(x - most), found in one pass. Sums are kept as double.
template <class W>
struct MostAndSum {
  W most;
  double sum;

  EAGER_HOST_DEVICE static MostAndSum Nothing() { return {-std::numeric_limits<W>::infinity(), 0}; }
  EAGER_HOST_DEVICE void Add(W x) {
    if (x > most) {
      sum = sum * static_cast<double>(std::exp(most - x)) + 1;
      most = x;
    } else {
      sum += x == most ? W(1) : std::exp(x - most);
    }
  }
  EAGER_HOST_DEVICE static MostAndSum Merge(const MostAndSum& a, const MostAndSum& b) {
    const W most = Larger(a.most, b.most);
    const auto scaled = [&](const MostAndSum& part) {
      return part.most == most ? part.sum : part.sum * static_cast<double>(std::exp(part.most - most));
    };
    return {most, scaled(a) + scaled(b)};
  }
  // As if every exp(x - most) had been added: nan if one of them is, as that of inf - inf.
  EAGER_HOST_DEVICE W Total() const {
    return std::fabs(most) == std::numeric_limits<W>::infinity() ? std::numeric_limits<W>::quiet_NaN()
                                                                 : static_cast<W>(sum);
  }
};

// What the elements of a row are made from.
template <class W>
struct RowTotals {
  W most, sum, log, scale;
  EAGER_HOST_DEVICE RowTotals(W m, W s) : most(m), sum(s), log(std::log(s)), scale(1 / s) {}
};

template <class W>
EAGER_HOST_DEVICE W SoftmaxOf(const RowTotals<W>& t, W power) {
  return power * t.scale;
}
template <class W>
EAGER_HOST_DEVICE W LogSoftmaxOf(const RowTotals<W>& t, W x) {
  return x - t.most - t.log;
}
// An element's part of the loss, for its share `label` of the row's distribution.
template <class W>
EAGER_HOST_DEVICE W LossOf(const RowTotals<W>& t, W x, W label) {
  return label * (t.log - (x - t.most));
}

}  // namespace eager::server::cuda
