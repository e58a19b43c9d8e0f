// Bulk bytes to the server and back.

#include <eager/eager.h>

#include <memory>
#include <stdexcept>

#include "tests/bench/benchmarks.h"
#include "tests/bench/raw_server.h"

namespace eager::bench {
namespace {

constexpr double kGiB = static_cast<double>(kTransferBytes) / (1 << 30);

struct Work {
  Work() : values(TensorSpec{float32, Shape{static_cast<int64_t>(kTransferBytes / sizeof(float))}}, /*zero=*/false),
           bytes(kTransferBytes, 1) {
    for (float& v : values.values<float>()) v = 1;
  }

  double Upload() {
    uploaded = Tensor();
    Context::Default().Sync();  // the last round's tensor is freed before this one's
    return kGiB / Seconds([&] {
      uploaded = constant(values);
      Context::Default().Sync();  // under its handle, for ops to use
    });
  }
  double Download() {
    if (!uploaded.valid()) uploaded = constant(values);
    HostTensor copy;
    const double seconds = Seconds([&] { copy = uploaded.numpy(); });
    if (copy.bytes() != values.bytes()) throw std::runtime_error("a download brought other bytes than were uploaded");
    return kGiB / seconds;
  }

  HostTensor values;
  std::vector<char> bytes;
  Tensor uploaded;
};

}  // namespace

std::vector<Benchmark> TransferBenchmarks(const Setup& setup) {
  const auto work = std::make_shared<Work>();
  RawClient* raw = &setup.raw;
  return {
      {"upload_256MiB", "GiB/s", [work] { return work->Upload(); },
       {{"raw_grpc_slices", [work, raw] { return kGiB / Seconds([&] { raw->Upload(work->bytes); }); }}}, {.ratio = 0.95}},
      {"download_256MiB", "GiB/s", [work] { return work->Download(); },
       {{"raw_grpc_slices", [work, raw] { return kGiB / Seconds([&] { raw->Download(work->bytes); }); }}}, {.ratio = 0.95}},
  };
}

}  // namespace eager::bench
