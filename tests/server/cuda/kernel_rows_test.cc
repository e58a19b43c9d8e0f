// Every op runs on a GPU with what it takes on the CPU, but for what is listed here: that runs on the host.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "common/ops/op_table.h"
#include "server/kernels/kernel.h"

namespace eager::server {
namespace {

TEST(KernelRows, WhatHasNoKernelOnAGpuIsListed) {
  const OpTable& table = OpTable::Builtin();
  std::map<std::string, std::set<std::string>> on_host;
  std::set<std::string> whole;  // with all that they take
  bool any = false;
  for (int i = 0; i < table.size(); ++i) {
    const OpSpec& op = table.at(i);
    const DTypeSet cpu = CpuKernels().dtypes(op), gpu = CudaKernels().dtypes(op);
    any = any || !gpu.empty();
    for (int d = 0; d < kNumDTypes; ++d) {
      const DType dtype = static_cast<DType>(d);
      // Strings lie on the host, always; what refers to a variable is no value.
      const bool value =
          IsValid(dtype) && dtype != DType::kString && dtype != DType::kResource && dtype != DType::kVariant;
      if (!value || !cpu.contains(dtype) || gpu.contains(dtype)) continue;
      const auto type =
          std::find_if(op.attrs.begin(), op.attrs.end(), [](const AttrSpec& a) { return a.kind == AttrKind::kType; });
      if (type != op.attrs.end() && !type->dtypes.contains(dtype)) continue;
      if (gpu.empty()) {
        whole.insert(std::string(op.name));
      } else {
        on_host[std::string(op.name)].insert(std::string(Name(dtype)));
      }
    }
  }
  if (!any) GTEST_SKIP() << "this build has no CUDA";
  const std::map<std::string, std::set<std::string>> listed = {
      {"BatchMatMulV2", {"int16", "int32", "int64", "uint16", "uint32", "uint64", "uint8"}},
      {"Einsum", {"int32", "int64"}},
      {"MatMul", {"int32", "int64", "uint16", "uint32", "uint64", "uint8"}},
  };
  EXPECT_EQ(on_host, listed);
  const std::set<std::string> whole_listed = {
      "AsString", "Bitcast", "BroadcastGradientArgs", "CheckNumerics", "DecodeRaw", "FFT", "FFT2D", "FFT3D", "IFFT", "IFFT2D", "IFFT3D",
      "Multinomial", "NoOp", "Qr", "RandomGamma", "RandomGammaGrad", "RandomPoissonV2", "ResourceScatterDiv", "ResourceScatterMax",
      "ResourceScatterMin", "ResourceScatterMul", "ResourceStridedSliceAssign", "Select", "ShapeN", "ShardedFilename", "SparseToDense",
      "StaticRegexFullMatch", "StringFormat", "StringJoin", "StringLength", "StringToNumber", "Unique", "UniqueV2"};
  EXPECT_EQ(whole, whole_listed);
}

}  // namespace
}  // namespace eager::server
