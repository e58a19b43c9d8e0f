// Bulk bytes to the server and back.

#include <eager/eager.h>

#include <memory>
#include <stdexcept>

#include "tests/bench/benchmarks.h"
#include "tests/bench/raw_server.h"

namespace eager::bench {
namespace {

constexpr double kGiB = static_cast<double>(kTransferBytes) / (1 << 30);

// What both ways of one connection share.
class Transfers {
 public:
  Transfers(std::shared_ptr<const HostTensor> values, const std::string& address)
      : values_(std::move(values)), address_(address) {}

  // GiB/s.
  double Upload() {
    uploaded_ = Tensor();
    Connection().Sync();  // the last round's tensor is freed before this one's
    return kGiB / Seconds([&] {
      Put();
      Connection().Sync();  // under its handle, for ops to use
    });
  }
  double Download() {
    if (!uploaded_.valid()) Put();
    HostTensor copy;
    const double seconds = Seconds([&] { copy = uploaded_.numpy(); });
    if (copy.bytes() != values_->bytes()) throw std::runtime_error("a download brought other bytes than were uploaded");
    return kGiB / seconds;
  }

 private:
  Context& Connection() {
    if (!context_.has_value()) context_ = Context::Connect(address_);
    return *context_;
  }
  void Put() {
    const Context before = Context::Default();
    Context::SetDefault(Connection());
    uploaded_ = constant(*values_);
    Context::SetDefault(before);
  }

  const std::shared_ptr<const HostTensor> values_;
  const std::string address_;
  std::optional<Context> context_;
  Tensor uploaded_;
};

std::shared_ptr<const HostTensor> MakeValues() {
  HostTensor values(TensorSpec{float32, Shape{static_cast<int64_t>(kTransferBytes / sizeof(float))}}, /*zero=*/false);
  for (float& v : values.values<float>()) v = 1;
  return std::make_shared<const HostTensor>(std::move(values));
}

}  // namespace

std::vector<Benchmark> TransferBenchmarks(const Setup& setup) {
  const auto values = MakeValues();
  const auto bytes = std::make_shared<std::vector<char>>(kTransferBytes, 1);
  RawClient* raw = &setup.raw;
  const Comparator raw_upload{"raw_grpc_slices", [=] { return kGiB / Seconds([&] { raw->Upload(*bytes); }); }};
  const Comparator raw_download{"raw_grpc_slices", [=] { return kGiB / Seconds([&] { raw->Download(*bytes); }); }};
  std::vector<Benchmark> list;
  const auto add = [&](const std::string& suffix, std::shared_ptr<Transfers> transfers, std::vector<Comparator> up,
                       std::vector<Comparator> down, double bar) {
    list.push_back({"upload_256MiB" + suffix, "GiB/s", [=] { return transfers->Upload(); }, std::move(up), {.ratio = bar}});
    list.push_back({"download_256MiB" + suffix, "GiB/s", [=] { return transfers->Download(); }, std::move(down), {.ratio = bar}});
  };
  const auto tcp = std::make_shared<Transfers>(values, setup.address);
  add("", tcp, {raw_upload}, {raw_download}, 0.95);
  if (setup.flight != nullptr) {
    add("_flight", tcp, Setup::Ask(setup.flight, "flight", "upload_GiBs"), Setup::Ask(setup.flight, "flight", "download_GiBs"), 1);
  }
  if (!setup.local_address.empty()) {
    add("_local", std::make_shared<Transfers>(values, setup.local_address), {raw_upload}, {raw_download}, 2);
  }
  return list;
}

}  // namespace eager::bench
