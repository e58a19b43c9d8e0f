// Kernels of common/ops/string_ops.cc that take strings as they are.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "re2/re2.h"
#include "server/device/cpu/compute.h"
#include "server/kernels/cpu/computed_strings.h"
#include "server/kernels/cpu/cpu_kernels.h"

namespace eager::server {
namespace {

constexpr int64_t kGrain = 4096;

absl::Status JoinKernel(KernelContext& k) {
  const std::string& separator = k.attr<std::string>("separator");
  return SetComputedStrings(k, 0, [&](int64_t i) {
    std::string text;
    for (int a = 0; a < k.num_inputs(); ++a) {
      const Tensor& in = k.input(a);
      absl::StrAppend(&text, a == 0 ? "" : separator, StringAt(in, in.shape().is_scalar() ? 0 : i));
    }
    return text;
  });
}

// Every byte that does not go on with a character begins one, whether what follows is right or not.
int64_t Characters(absl::string_view s) {
  return std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

absl::Status LengthKernel(KernelContext& k) {
  const bool in_bytes = k.attr<std::string>("unit") == "BYTE";
  const Tensor& in = k.input(0);
  int32_t* out = k.output(0).mutable_data<int32_t>();
  ParallelFor(in.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const absl::string_view s = StringAt(in, i);
      out[i] = static_cast<int32_t>(in_bytes ? static_cast<int64_t>(s.size()) : Characters(s));
    }
  });
  return absl::OkStatus();
}

// The compiled expression, which a signature keeps.
struct Pattern : KernelState {
  explicit Pattern(const std::string& text) : re(text, RE2::Quiet) {}
  RE2 re;
};

absl::Status FullMatchKernel(KernelContext& k) {
  const std::string& text = k.attr<std::string>("pattern");
  const RE2& re = k.state<Pattern>([&] { return std::make_unique<Pattern>(text); }).re;
  if (!re.ok()) return absl::InvalidArgumentError(absl::StrCat("Invalid pattern: ", text, ", error: ", re.error()));
  const Tensor& in = k.input(0);
  bool* out = k.output(0).mutable_data<bool>();
  ParallelFor(in.num_elements(), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const absl::string_view s = StringAt(in, i);
      out[i] = RE2::FullMatch(re2::StringPiece(s.data(), s.size()), re);
    }
  });
  return absl::OkStatus();
}

absl::Status ShardedFilenameKernel(KernelContext& k) {
  return SetComputedStrings(k, 0, [&](int64_t) {
    return absl::StrFormat("%s-%05d-of-%05d", StringAt(k.input(0), 0), *k.input(1).data<int32_t>(),
                           *k.input(2).data<int32_t>());
  });
}

// How many bytes change places with each other: those of a number, of a complex one's parts.
size_t SwappedBytes(DType dtype) { return IsComplex(dtype) ? SizeOf(dtype) / 2 : SizeOf(dtype); }

absl::Status DecodeRawKernel(KernelContext& k) {
  const Tensor &in = k.input(0), &out = k.output(0);
  char* to = out.mutable_data<char>();
  for (int64_t i = 0; i < in.num_elements(); ++i) {
    const absl::string_view s = StringAt(in, i);
    if (!s.empty()) std::memcpy(to + static_cast<size_t>(i) * s.size(), s.data(), s.size());
  }
  if (out.dtype() == DType::kBool) {
    for (size_t b = 0; b < out.num_bytes(); ++b) to[b] = to[b] != 0;
  } else if (!k.attr<bool>("little_endian")) {
    const size_t size = SwappedBytes(out.dtype());
    for (size_t at = 0; at + size <= out.num_bytes(); at += size) std::reverse(to + at, to + at + size);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<KernelRow> CpuStringKernels() {
  constexpr DTypeSet kAny = DTypeSet::All();
  return {{"StringJoin", kAny, &JoinKernel},
          {"StringLength", kAny, &LengthKernel},
          {"StaticRegexFullMatch", kAny, &FullMatchKernel},
          {"ShardedFilename", kAny, &ShardedFilenameKernel},
          {"DecodeRaw", kFixedSizeTypes, &DecodeRawKernel}};
}

}  // namespace eager::server
