// The different elements of a tensor.
#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "common/ops/host_inputs.h"
#include "common/ops/nonzero.h"
#include "common/ops/op_table.h"
#include "common/ops/unique.h"
#include "common/status_macros.h"

namespace eager {
namespace {

// Appends what is the same for equal elements and different for others. False for a nan.
template <class T>
bool AppendKey(const T& x, std::string& key) {
  T value = IsNonzero(x) ? x : T();  // 0 and -0 are equal
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return static_cast<float>(x) == static_cast<float>(x);
  } else {
    return x == x;
  }
}

// A string is preceded by its length, so that two of them are not one.
bool AppendString(const HostView& x, int64_t i, std::string& key) {
  const absl::string_view s = HostString(x, i);
  const uint64_t length = s.size();
  key.append(reinterpret_cast<const char*>(&length), sizeof(length));
  key.append(s.data(), s.size());
  return true;
}

template <class Append>
UniqueSlices NumberSlices(const SliceView& view, Append append) {
  UniqueSlices unique;
  absl::flat_hash_map<std::string, int64_t> numbers;
  std::string key;
  for (int64_t i = 0; i < view.n; ++i) {
    key.clear();
    bool equals_itself = true;
    for (int64_t o = 0; o < view.outer; ++o) {
      for (int64_t j = 0; j < view.inner; ++j) equals_itself &= append((o * view.n + i) * view.inner + j, key);
    }
    const int64_t next = static_cast<int64_t>(unique.first.size());
    const int64_t number = equals_itself ? numbers.try_emplace(key, next).first->second : next;
    if (number == next) unique.first.push_back(i);
    unique.number.push_back(number);
  }
  return unique;
}

absl::Status UniqueAlong(ShapeContext& c, int axis) {
  const Shape& in = c.input(0);
  // Of slices without elements each equals the first, and there may be more than memory could number.
  int64_t count = std::min<int64_t>(in[axis], 1);
  if (in.num_elements() > 0) count = static_cast<int64_t>(FindUnique(c.host(0), SlicesAlong(in, axis)).first.size());
  Shape out = in;
  out.set_dim(axis, count);
  c.set_output(0, std::move(out));
  c.set_output(1, Shape{in[axis]});
  return absl::OkStatus();
}

absl::Status UniqueShape(ShapeContext& c) {
  if (c.input(0).rank() != 1) return Invalid("unique expects a 1D vector.");
  return UniqueAlong(c, 0);
}

absl::Status UniqueV2Shape(ShapeContext& c) {
  if (c.input(1).rank() != 1) return Invalid("axis expects a 1D vector.");
  const HostInts axes = c.ints(1);
  if (axes.empty()) return UniqueShape(c);
  if (axes.size() > 1) return Invalid("axis does not support input tensors larger than 1 elements");
  const int rank = c.input(0).rank();
  const int64_t axis = axes[0] < 0 ? axes[0] + rank : axes[0];
  if (axis < 0 || axis >= rank) return Invalid("axis has to be between [0, ", rank, ")");
  return UniqueAlong(c, static_cast<int>(axis));
}

// The input is `host` because the output's shape depends on its values: the client knows it only where it knows them.
constexpr OpDef kRows[] = {
    {.name = "Unique",
     .doc =
         "The different elements of a vector in the order in which they first stand there, and the place of each of x "
         "among them.",
     .inputs = "x: host T",
     .outputs = "y: T, idx: out_idx",
     .attrs = "T: type, out_idx: {int32, int64} = int32",
     .shape = &UniqueShape,
     .gradient = &NotDifferentiable},
    {.name = "UniqueV2",
     .doc = "Unique for the slices along an axis; an axis of [] is that of a vector.",
     .inputs = "x: host T, axis: host Taxis",
     .outputs = "y: T, idx: out_idx",
     .attrs = "T: type, Taxis: {int32, int64} = int64, out_idx: {int32, int64} = int32",
     .shape = &UniqueV2Shape,
     .gradient = &NotDifferentiable},
};

}  // namespace

UniqueSlices FindUnique(const HostView& x, const SliceView& view) {
  if (x.dtype == DType::kString) {
    return NumberSlices(view, [&](int64_t i, std::string& key) { return AppendString(x, i, key); });
  }
  return VisitNumber(
      x.dtype,
      [&]<class T>() {
        return NumberSlices(view, [&](int64_t i, std::string& key) { return AppendKey(x.as<T>()[i], key); });
      },
      [] { return UniqueSlices(); });
}

std::vector<int64_t> FindMissing(const HostView& x, const HostView& y) {
  const auto find = [&](auto append) {
    absl::flat_hash_set<std::string> known;
    std::string key;
    for (int64_t i = 0; i < y.num_elements(); ++i, key.clear()) {
      if (append(y, i, key)) known.insert(key);
    }
    std::vector<int64_t> missing;
    for (int64_t i = 0; i < x.num_elements(); ++i, key.clear()) {
      if (!append(x, i, key) || !known.contains(key)) missing.push_back(i);
    }
    return missing;
  };
  if (x.dtype == DType::kString) return find(&AppendString);
  return VisitNumber(
      x.dtype,
      [&]<class T>() {
        return find([](const HostView& v, int64_t i, std::string& key) { return AppendKey(v.as<T>()[i], key); });
      },
      [] { return std::vector<int64_t>(); });
}

SliceView SlicesAlong(const Shape& x, int axis) {
  SliceView view;
  for (int d = 0; d < axis; ++d) view.outer *= x[d];
  view.n = x[axis];
  for (int d = axis + 1; d < x.rank(); ++d) view.inner *= x[d];
  return view;
}

absl::Span<const OpDef> UniqueOps() { return kRows; }

}  // namespace eager
