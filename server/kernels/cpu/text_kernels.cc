// Kernels of common/ops/text_ops.cc.
#include <algorithm>
#include <numeric>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/ops/host_inputs.h"
#include "common/ops/split_text.h"
#include "common/status_macros.h"
#include "re2/re2.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/computed_strings.h"
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/strided_copy.h"
#include "server/kernels/cpu/text_hash.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 4096;

absl::Status LowerKernel(KernelContext& k) {
  return SetComputedStrings(k, 0, [&](int64_t i) { return absl::AsciiStrToLower(StringAt(k.input(0), i)); });
}
absl::Status UpperKernel(KernelContext& k) {
  return SetComputedStrings(k, 0, [&](int64_t i) { return absl::AsciiStrToUpper(StringAt(k.input(0), i)); });
}
absl::Status StripKernel(KernelContext& k) {
  return SetComputedStrings(k, 0,
                            [&](int64_t i) { return std::string(absl::StripAsciiWhitespace(StringAt(k.input(0), i))); });
}

// The compiled expression, which a signature keeps as long as the pattern is the same.
struct Pattern : KernelState {
  std::string text;
  std::unique_ptr<RE2> re;
};

absl::StatusOr<const RE2*> Compiled(KernelContext& k, absl::string_view text) {
  Pattern& pattern = k.state<Pattern>([] { return std::make_unique<Pattern>(); });
  if (!pattern.re || pattern.text != text) {
    pattern.text = std::string(text);
    pattern.re = std::make_unique<RE2>(pattern.text, RE2::Quiet);
  }
  if (pattern.re->ok()) return pattern.re.get();
  return absl::InvalidArgumentError(absl::StrCat("Invalid pattern: ", text, ", error: ", pattern.re->error()));
}

absl::Status Replace(KernelContext& k, absl::string_view pattern, absl::string_view rewrite) {
  ASSIGN_OR_RETURN(const RE2* re, Compiled(k, pattern));
  const bool all = k.attr<bool>("replace_global");
  const re2::StringPiece by(rewrite.data(), rewrite.size());
  return SetComputedStrings(k, 0, [&](int64_t i) {
    std::string text(StringAt(k.input(0), i));
    all ? static_cast<void>(RE2::GlobalReplace(&text, *re, by)) : static_cast<void>(RE2::Replace(&text, *re, by));
    return text;
  });
}
absl::Status StaticReplaceKernel(KernelContext& k) {
  return Replace(k, k.attr<std::string>("pattern"), k.attr<std::string>("rewrite"));
}
absl::Status ReplaceKernel(KernelContext& k) { return Replace(k, StringAt(k.input(1), 0), StringAt(k.input(2), 0)); }

absl::Status FullMatchKernel(KernelContext& k) {
  ASSIGN_OR_RETURN(const RE2* re, Compiled(k, StringAt(k.input(1), 0)));
  bool* out = k.output(0).mutable_data<bool>();
  for (int64_t i = 0; i < k.input(0).num_elements(); ++i) {
    const absl::string_view s = StringAt(k.input(0), i);
    out[i] = RE2::FullMatch(re2::StringPiece(s.data(), s.size()), *re);
  }
  return absl::OkStatus();
}

// Where element i of the output, of that shape, is in a tensor that was broadcast to it.
int64_t Broadcasted(const Shape& from, const Shape& to, int64_t i) {
  int64_t at = 0, step = 1;
  for (int axis = to.rank() - 1, own = from.rank() - 1; own >= 0; --axis, --own) {
    const int64_t place = i % to[axis];
    i /= to[axis];
    at += (from[own] == 1 ? 0 : place) * step;
    step *= from[own];
  }
  return at;
}

// Where the characters of UTF-8 begin, and the end.
std::vector<int64_t> Characters(absl::string_view s) {
  std::vector<int64_t> begins;
  for (size_t i = 0; i < s.size(); ++i) {
    if ((static_cast<unsigned char>(s[i]) & 0xC0) != 0x80) begins.push_back(static_cast<int64_t>(i));
  }
  begins.push_back(static_cast<int64_t>(s.size()));
  return begins;
}

// The part of `s`; false where it has no such place.
bool Part(absl::string_view s, int64_t pos, int64_t length, bool in_bytes, absl::string_view& part) {
  const std::vector<int64_t> begins = in_bytes ? std::vector<int64_t>() : Characters(s);
  const int64_t n = in_bytes ? static_cast<int64_t>(s.size()) : static_cast<int64_t>(begins.size()) - 1;
  if (pos < -n || pos > n) return false;
  const int64_t from = pos < 0 ? pos + n : pos, to = length > n - from ? n : from + std::max<int64_t>(0, length);
  const int64_t first = in_bytes ? from : begins[static_cast<size_t>(from)],
                end = in_bytes ? to : begins[static_cast<size_t>(to)];
  part = s.substr(static_cast<size_t>(first), static_cast<size_t>(end - first));
  return true;
}

absl::Status SubstrKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  const HostView pos = k.input(1).host_view(), length = k.input(2).host_view();
  const bool in_bytes = k.attr<std::string>("unit") == "BYTE";
  std::vector<absl::string_view> parts(static_cast<size_t>(out.num_elements()));
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    const int64_t at = Broadcasted(k.input(1).shape(), out.shape(), i);
    const absl::string_view s = StringAt(in, Broadcasted(in.shape(), out.shape(), i));
    if (Part(s, pos.int_at(at), length.int_at(at), in_bytes, parts[static_cast<size_t>(i)])) continue;
    const std::string which = in_bytes ? absl::StrCat(" b'", s, "'") : "";
    return absl::InvalidArgumentError(absl::StrCat("pos ", pos.int_at(at), " out of range for string", which, " at index ", i));
  }
  return SetStrings(k, 0, [&](int64_t i) { return parts[static_cast<size_t>(i)]; });
}

template <class Hash>
absl::Status ToBuckets(KernelContext& k, Hash hash) {
  const auto buckets = static_cast<uint64_t>(k.attr<int64_t>("num_buckets"));
  int64_t* out = k.output(0).mutable_data<int64_t>();
  ParallelFor(k.input(0).num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = static_cast<int64_t>(hash(StringAt(k.input(0), i)) % buckets);
  });
  return absl::OkStatus();
}
absl::Status FastHashKernel(KernelContext& k) { return ToBuckets(k, &FarmFingerprint64); }
absl::Status StrongHashKernel(KernelContext& k) {
  const auto& key = k.attr<std::vector<int64_t>>("key");
  return ToBuckets(k, [&](absl::string_view s) {
    return SipHash(static_cast<uint64_t>(key[0]), static_cast<uint64_t>(key[1]), s);
  });
}

// Outputs: where each piece stands, the pieces, and the extents of the table.
template <class Split>
absl::Status SetPieces(KernelContext& k, Split split) {
  int64_t* indices = k.output(0).mutable_data<int64_t>();
  Pieces all;
  int64_t most = 0;
  for (int64_t i = 0; i < k.input(0).num_elements(); ++i) {
    const Pieces pieces = split(HostString(k.host(0), i));
    for (size_t j = 0; j < pieces.size(); ++j) {
      *indices++ = i;
      *indices++ = static_cast<int64_t>(j);
    }
    all.insert(all.end(), pieces.begin(), pieces.end());
    most = std::max(most, static_cast<int64_t>(pieces.size()));
  }
  int64_t* extents = k.output(2).mutable_data<int64_t>();
  extents[0] = k.input(0).num_elements();
  extents[1] = most;
  return SetStrings(k, 1, [&](int64_t i) { return all[static_cast<size_t>(i)]; });
}

absl::Status SplitKernel(KernelContext& k) {
  const absl::string_view delimiters = HostString(k.host(1), 0);
  const bool skip_empty = k.attr<bool>("skip_empty");
  return SetPieces(k, [&](absl::string_view text) { return SplitByAny(text, delimiters, skip_empty); });
}

absl::Status SplitV2Kernel(KernelContext& k) {
  const absl::string_view separator = HostString(k.host(1), 0);
  const int64_t most = k.attr<int64_t>("maxsplit");
  return SetPieces(k, [&](absl::string_view text) { return SplitText(text, separator, most); });
}

// The axis that is named first changes first.
absl::Status ReduceJoinKernel(KernelContext& k) {
  const Shape& in = k.input(0).shape();
  const Strides strides = DenseStrides(in.dims());
  std::vector<int> reduced, kept;
  for (int64_t axis : k.ints(1)) reduced.push_back(static_cast<int>(axis < 0 ? axis + in.rank() : axis));
  for (int axis = 0; axis < in.rank(); ++axis) {
    if (std::find(reduced.begin(), reduced.end(), axis) == reduced.end()) kept.push_back(axis);
  }
  std::reverse(kept.begin(), kept.end());
  // Where element i of the axes lies.
  const auto offset = [&](const std::vector<int>& axes, int64_t i) {
    int64_t at = 0;
    for (int axis : axes) {
      at += i % in[axis] * strides[static_cast<size_t>(axis)];
      i /= in[axis];
    }
    return at;
  };
  int64_t count = 1;
  for (int axis : reduced) count *= in[axis];
  const std::string& separator = k.attr<std::string>("separator");
  return SetComputedStrings(k, 0, [&](int64_t i) {
    std::string text;
    for (int64_t j = 0; j < count; ++j) {
      absl::StrAppend(&text, j == 0 ? "" : separator, StringAt(k.input(0), offset(kept, i) + offset(reduced, j)));
    }
    return text;
  });
}

absl::Status SegmentJoinKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &ids = k.input(1), &out = k.output(0);
  const HostView id = ids.host_view();
  const int64_t segments = out.shape()[0], rows = ids.num_elements(), width = segments == 0 ? 0 : out.num_elements() / segments;
  std::vector<std::vector<int64_t>> members(static_cast<size_t>(segments));
  for (int64_t r = 0; r < rows; ++r) {
    if (id.int_at(r) < 0 || id.int_at(r) >= segments) {
      return absl::InvalidArgumentError("segment_ids are not allowed to exceed num_segments or to have negative values.");
    }
    members[static_cast<size_t>(id.int_at(r))].push_back(r);
  }
  const std::string& separator = k.attr<std::string>("separator");
  return SetComputedStrings(k, 0, [&](int64_t i) {
    std::string text;
    bool first = true;
    for (int64_t r : members[static_cast<size_t>(i / width)]) {
      absl::StrAppend(&text, first ? "" : separator, StringAt(in, r * width + i % width));
      first = false;
    }
    return text;
  });
}

}  // namespace

std::vector<KernelRow> CpuTextKernels() {
  constexpr DTypeSet kAny = DTypeSet::All();
  return {{"StringLower", kAny, &LowerKernel},
          {"StringUpper", kAny, &UpperKernel},
          {"StringStrip", kAny, &StripKernel},
          {"StaticRegexReplace", kAny, &StaticReplaceKernel},
          {"RegexReplace", kAny, &ReplaceKernel},
          {"RegexFullMatch", kAny, &FullMatchKernel},
          {"Substr", kAny, &SubstrKernel},
          {"StringToHashBucketFast", kAny, &FastHashKernel},
          {"StringToHashBucketStrong", kAny, &StrongHashKernel},
          {"StringSplit", kAny, &SplitKernel},
          {"StringSplitV2", kAny, &SplitV2Kernel},
          {"ReduceJoin", kAny, &ReduceJoinKernel},
          {"UnsortedSegmentJoin", kAny, &SegmentJoinKernel}};
}

}  // namespace eager::server
