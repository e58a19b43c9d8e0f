// eager-bench: what ops and bytes cost through the client, beside the bare library that each of them stands on.

#include <eager/eager.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "tests/bench/benchmarks.h"
#include "tests/bench/child.h"
#include "tests/bench/raw_server.h"

namespace {

using eager::bench::Benchmark;
using eager::bench::ChildServer;
using eager::bench::Peer;
using eager::bench::RawClient;
using eager::bench::Setup;

struct Family {
  const char* name;
  const char* help;
  std::vector<Benchmark> (*make)(const Setup& setup);
  const CLI::App* chosen = nullptr;
};

struct Flags {
  std::string server;
  bool json = false;
  bool check = false;
  int rounds = 7;
  std::vector<std::string> only;
};

// A peer in the Python that EAGERD_BENCH_PYTHON names; null without it.
std::shared_ptr<Peer> MakePeer(const char* script) {
  const char* python = std::getenv("EAGERD_BENCH_PYTHON");
  if (python == nullptr || *python == '\0') return nullptr;
  const char* folder = std::getenv("EAGERD_BENCH_PEERS");  // where the sources are not where they were built
  return std::make_shared<Peer>(python, std::string(folder == nullptr ? EAGERD_BENCH_PEERS : folder) + "/" + script);
}

// How many bars were missed.
int Run(const Flags& flags, const std::vector<Family>& families, bool all) {
  // Children first: this process has no threads yet.
  std::optional<ChildServer> daemon;
  std::string address = flags.server;
  std::string local_address;
  const eager::bench::TemporaryFolder folder;
  if (address.empty()) {
    local_address = "unix:" + folder.path() + "/socket";
    daemon.emplace(std::vector<std::string>{eager::bench::OwnFolder("eagerd"), "--listen", "127.0.0.1:0", "--listen", local_address});
    address = daemon->address();
  }
  const ChildServer raw_server({eager::bench::OwnFolder(""), "raw-server"});
  RawClient raw(raw_server.address());
  const Setup setup{raw, address, local_address, MakePeer("tensorflow_peer.py"), MakePeer("torch_peer.py"),
                    MakePeer("flight_peer.py"), MakePeer("torch_gpu_peer.py"), flags.only};
  eager::Connect(address);
  std::fprintf(stderr, "eagerd at %s, best of %d rounds\n", address.c_str(), flags.rounds);
  eager::bench::Report report(flags.json, flags.rounds);
  for (const Family& family : families) {
    if (!all && !family.chosen->parsed()) continue;
    for (const Benchmark& b : family.make(setup)) {
      try {
        report.Add(b, Measure(b, flags.rounds));
      } catch (const std::exception& e) {  // a peer that is not there takes no other row with it
        report.AddFailure(b, e.what());
      }
    }
  }
  eager::Disconnect();
  return report.missed();
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  std::vector<Family> families = {
      {"dispatch",
       "dispatch_add: us an op of 20000 scalar adds in flight, then one read; beside 64 small messages a batch\n"
       "on a bare gRPC stream. dispatch_add_tape: the same while a tape records; beside dispatch_add.",
       &eager::bench::DispatchBenchmarks},
      {"latency", "latency_add_read: us to add and read back; beside a ping-pong on a bare gRPC stream.",
       &eager::bench::LatencyBenchmarks},
      {"kernels",
       "us a call of a list of kernels, calls in flight and one wait at the end; beside TensorFlow and PyTorch in this\n"
       "machine's memory. Names may follow: only those. EAGERD_BENCH_PYTHON names the peers' Python.",
       &eager::bench::KernelBenchmarks},
      {"matmul",
       "matmul_1000_x200: s for 200 products of float32 (1000, 1000) and a read; beside oneDNN called directly\n"
       "on all cores.",
       &eager::bench::MatMulBenchmarks},
      {"random",
       "random_normal_1m: ms for a million float32 normals; beside std::normal_distribution on all cores.",
       &eager::bench::RandomBenchmarks},
      {"conv",
       "conv2d_*: us a convolution of float32 images with a 3x3 filter, SAME; conv2d_fwd_bwd_*: with both gradients;\n"
       "beside oneDNN called directly on all cores.",
       &eager::bench::ConvBenchmarks},
      {"transfer",
       "upload_256MiB, download_256MiB: GiB/s; beside a bare gRPC stream of 1 MiB slices, and Arrow Flight (_flight).\n"
       "_local: over a unix socket, beside the bare stream over TCP; left out with --server.",
       &eager::bench::TransferBenchmarks},
      {"dataset",
       "dataset_batch: us a batch of 32 out of 60000 shuffled uint8 (28, 28), cast and scaled on the server; beside a\n"
       "loop over the same bytes in one thread of this process.",
       &eager::bench::DatasetBenchmarks},
      {"gpu",
       "gpu_*: products, a sweep over 64 Mi floats, dispatch, the CNN's training step and an upload on GPU 0; beside\n"
       "cuBLASLt, a copy and a launch called directly, and PyTorch (EAGERD_BENCH_PYTHON).",
       &eager::bench::GpuBenchmarks},
      {"guide",
       "cnn_step: ms a training step of the guide's CNN; beside TensorFlow's tf.function and PyTorch; cnn_step_eager:\n"
       "beside TensorFlow's eager mode. linear_step: us a step of its linear regression; beside PyTorch.\n"
       "EAGERD_BENCH_PYTHON names their Python.",
       &eager::bench::GuideBenchmarks},
      {"sessions",
       "sessions_8, sessions_64: million adds a second of so many sessions at once; beside one session's.\n"
       "sessions_64_idle_p99: 99th percentile of us to add and read back while 63 other sessions do so once a second;\n"
       "beside that of a session alone.",
       &eager::bench::SessionBenchmarks},
      {"fairness",
       "fair_add_read_p50, fair_add_read_p99: percentiles of ms to add and read back while one session floods products of\n"
       "float32 (1000, 1000) and another roots of 4 Mi floats; beside the same alone.",
       &eager::bench::FairnessBenchmarks},
      {"memory",
       "memory_per_scalar: bytes of a daemon for a result; memory_per_session: KiB for a session that waits;\n"
       "cold_start: ms until a daemon listens. Of daemons of their own, started from the bench's folder.",
       &eager::bench::MemoryBenchmarks},
  };
  CLI::App app{
      "Measures the client against a separate eagerd, in turns with a comparator of the same shape.\n"
      "ratio is ours / theirs: of times lower is better, of rates higher. Without a subcommand: all of them.",
      "eager-bench"};
  app.fallthrough();
  app.add_option("--server", flags.server, "Address of the daemon; without it eager-bench starts its own")
      ->envname("EAGERD_ADDRESS");
  app.add_flag("--json", flags.json, "One JSON object a line in place of the table");
  app.add_flag("--check", flags.check, "Exit status 1 if a bar is missed");
  app.add_option("--rounds", flags.rounds, "Rounds of each side, of which the best counts")
      ->check(CLI::Range(1, 1000))->capture_default_str();
  for (Family& family : families) {
    CLI::App* subcommand = app.add_subcommand(family.name, family.help);
    if (family.make == &eager::bench::KernelBenchmarks) subcommand->add_option("names", flags.only, "Only these kernels");
    family.chosen = subcommand;
  }
  const CLI::App* raw_server = app.add_subcommand("raw-server", "The comparator's server; eager-bench starts it");
  app.get_subcommand("raw-server")->group("");  // not in --help
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::fprintf(stderr, "eager-bench: %s (see eager-bench --help)\n", e.what());
    return 2;
  }
  if (raw_server->parsed()) return eager::bench::ServeRaw();
  try {
    const int missed = Run(flags, families, app.get_subcommands().empty());
    return flags.check && missed > 0 ? 1 : 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "eager-bench: %s\n", e.what());
    return 1;
  }
}
