// cuBLAS's and cuSOLVER's routines by element type.
#pragma once

#include "server/kernels/cuda/libraries.h"

namespace eager::server::cuda {

template <class T>
struct Routines;

template <>
struct Routines<float> {
  static constexpr auto getrf_buffer = &cusolverDnSgetrf_bufferSize;
  static constexpr auto getrf = &cusolverDnSgetrf;
  static constexpr auto getrs = &cusolverDnSgetrs;
  static constexpr auto potrf_buffer = &cusolverDnSpotrf_bufferSize;
  static constexpr auto potrf = &cusolverDnSpotrf;
  static constexpr auto potrf_batched = &cusolverDnSpotrfBatched;
  static constexpr auto getrf_batched = &cublasSgetrfBatched;
  static constexpr auto getri_batched = &cublasSgetriBatched;
  static constexpr auto getrs_batched = &cublasSgetrsBatched;
  static constexpr auto trsm = &cublasStrsm;
  static constexpr auto trsm_batched = &cublasStrsmBatched;
};

template <>
struct Routines<double> {
  static constexpr auto getrf_buffer = &cusolverDnDgetrf_bufferSize;
  static constexpr auto getrf = &cusolverDnDgetrf;
  static constexpr auto getrs = &cusolverDnDgetrs;
  static constexpr auto potrf_buffer = &cusolverDnDpotrf_bufferSize;
  static constexpr auto potrf = &cusolverDnDpotrf;
  static constexpr auto potrf_batched = &cusolverDnDpotrfBatched;
  static constexpr auto getrf_batched = &cublasDgetrfBatched;
  static constexpr auto getri_batched = &cublasDgetriBatched;
  static constexpr auto getrs_batched = &cublasDgetrsBatched;
  static constexpr auto trsm = &cublasDtrsm;
  static constexpr auto trsm_batched = &cublasDtrsmBatched;
};

}  // namespace eager::server::cuda
