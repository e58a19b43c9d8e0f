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
      {"BatchMatMulV2", {"complex128", "complex64", "int16", "int32", "int64", "uint16", "uint32", "uint64", "uint8"}},
      {"DivNoNan", {"complex128", "complex64"}},
      {"Einsum", {"int32", "int64"}},
      {"Exp", {"complex128", "complex64"}},
      {"MatMul", {"complex128", "complex64", "int32", "int64", "uint16", "uint32", "uint64", "uint8"}},
      {"Mul", {"complex128", "complex64"}},
      {"Neg", {"complex128", "complex64"}},
      {"RealDiv", {"complex128", "complex64"}},
      {"Reciprocal", {"complex128", "complex64"}},
      {"Sqrt", {"complex128", "complex64"}},
      {"Square", {"complex128", "complex64"}},
      {"Sub", {"complex128", "complex64"}},
  };
  EXPECT_EQ(on_host, listed);
  const std::set<std::string> whole_listed = {
      "AdjustContrastv2", "AdjustHue", "AdjustSaturation", "Angle", "AsString", "AvgPool3D", "AvgPool3DGrad",
      "Bitcast", "BroadcastGradientArgs", "Bucketize", "CheckNumerics", "Complex", "ComplexAbs", "Conj", "Conv3D",
      "Conv3DBackpropFilterV2", "Conv3DBackpropInputV2", "CropAndResize", "CropAndResizeGradBoxes",
      "CropAndResizeGradImage", "DecodeRaw", "DenseBincount", "Erfinv", "ExtractImagePatches", "FFT", "FFT2D",
      "FFT3D", "HSVToRGB", "HistogramFixedWidth", "IFFT", "IFFT2D", "IFFT3D", "IRFFT", "IRFFT2D", "IRFFT3D", "Imag",
      "ImageProjectiveTransformV3", "ListDiff", "LowerBound", "MaxPool3D", "MaxPool3DGrad", "MaxPool3DGradGrad",
      "Multinomial", "Ndtri", "NoOp", "NonMaxSuppressionV3", "NonMaxSuppressionV4", "NonMaxSuppressionV5", "Qr",
      "RFFT", "RFFT2D", "RFFT3D", "RGBToHSV", "RandomGamma", "RandomGammaGrad", "RandomPoissonV2", "Real",
      "ReduceJoin", "RegexFullMatch", "RegexReplace", "ResourceScatterDiv", "ResourceScatterMax",
      "ResourceScatterMin", "ResourceScatterMul", "ResourceStridedSliceAssign", "ReverseSequence", "SegmentMax",
      "SegmentMean", "SegmentMin", "SegmentProd", "SegmentSum", "Select", "SelfAdjointEigV2", "ShapeN",
      "ShardedFilename", "SparseSegmentMean", "SparseSegmentMeanGrad", "SparseSegmentMeanWithNumSegments",
      "SparseSegmentSqrtN", "SparseSegmentSqrtNGrad", "SparseSegmentSqrtNWithNumSegments", "SparseSegmentSum",
      "SparseSegmentSumGrad", "SparseSegmentSumWithNumSegments", "SparseToDense", "StaticRegexFullMatch",
      "StaticRegexReplace", "StringFormat", "StringJoin", "StringLength", "StringLower", "StringSplit",
      "StringSplitV2", "StringStrip", "StringToHashBucketFast", "StringToHashBucketStrong", "StringToNumber",
      "StringUpper", "Substr", "Svd", "TensorScatterMax", "TensorScatterMin", "TensorScatterSub", "Unique",
      "UniqueV2", "UnsortedSegmentJoin", "UnsortedSegmentMax", "UnsortedSegmentMin", "UnsortedSegmentProd",
      "UpperBound", "Xlog1py"};
  EXPECT_EQ(whole, whole_listed);
}

}  // namespace
}  // namespace eager::server
