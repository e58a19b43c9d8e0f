// The comparator's client: what bare gRPC takes for traffic of the same shape as ours.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace eager::bench {

// One thread uses it. Throws where a call fails or a result is wrong; sleeps, as its server does, while nobody calls.
class RawClient {
 public:
  // The address of a server that runs ServeRaw().
  explicit RawClient(const std::string& address);
  ~RawClient();

  // n additions, `batch` messages a write, and one reply at the end.
  void AddChain(int n, int batch);
  // All of kTransferBytes, there and back.
  void Upload(const std::vector<char>& bytes);
  void Download(std::vector<char>& bytes);

 private:
  struct State;  // keeps gRPC out of this header
  std::unique_ptr<State> state_;
};

}  // namespace eager::bench
