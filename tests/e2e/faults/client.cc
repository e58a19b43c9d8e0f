// A client that a test kills, stops or starves:
//   eager-fault-client ADDRESS train STEPS [RECONNECT_SECONDS]   trains and prints its result after "trained "
//   eager-fault-client ADDRESS hold SESSIONS                     opens so many, says "ready", and trains on them for ever
// An error goes to stdout after "error ", with exit code 3.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "client/eager.h"
#include "tests/e2e/faults/training.h"

namespace {

void Hold(const std::string& address, int sessions) {
  std::vector<eager::Context> contexts;
  std::vector<eager::Tensor> tensors;
  for (int i = 0; i < sessions; ++i) {
    contexts.push_back(eager::Context::Connect(address));
    eager::Context::SetDefault(contexts.back());
    tensors.push_back(eager::constant(std::vector<float>(1000, 1.0f)) + 1.0f);
    tensors.back().read<float>();
  }
  std::cout << "ready" << std::endl;
  while (true) {
    for (const eager::Context& context : contexts) {
      eager::Context::SetDefault(context);
      eager::testing::Train(5);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() < 3) return 2;
  try {
    if (args[1] == "hold") Hold(args[0], std::atoi(args[2].c_str()));
    eager::Connect(args[0], {.reconnect_seconds = args.size() > 3 ? std::atof(args[3].c_str()) : -1});
    std::cout << "ready" << std::endl;
    const eager::testing::Trained trained = eager::testing::Train(std::atoi(args[2].c_str()));
    std::cout << "trained " << trained.ToString() << std::endl;
    eager::Disconnect();
  } catch (const eager::Error& e) {
    std::cout << "error " << e.what() << std::endl;
    return 3;
  }
  return 0;
}
