// write_events LOGDIR: makes the summary calls of the golden events, says the file's path when they are flushed, and holds
// the writer open until its input ends. LOGDIR --demo: a small run with scalars, a histogram, images and a text.

#include <cmath>
#include <iostream>
#include <limits>

#include "client/eager.h"
#include "tests/golden/golden.h"
#include "tests/support/golden_events.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

void WriteDemo() {
  random::set_seed(1);
  for (int step = 0; step < 100; ++step) {
    summary::name_scope train("train");
    summary::scalar("loss", 2.3 * std::exp(-0.04 * step) + 0.05 * std::sin(step), step, {.description = "mean **cross-entropy**"});
    summary::scalar("accuracy", 1 - 0.9 * std::exp(-0.05 * step), step);
    if (step % 10 == 0) {
      summary::histogram("weights", random::normal({1000}) * (1 + 0.02f * static_cast<float>(step)), step);
    }
  }
  std::vector<float> pixels;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) pixels.insert(pixels.end(), {x / 63.f, y / 63.f, (x + y) % 16 < 8 ? 1.f : 0.f});
  }
  summary::image("picture", constant(pixels, {1, 64, 64, 3}), 0);
  summary::text("note", "A run of **eager**, with *Markdown*.", 0);
  summary::text("table", constant({{"layer", "units"}, {"Dense", "10"}}), 0);
}

}  // namespace
}  // namespace eager

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: write_events LOGDIR [--demo]\n";
    return 2;
  }
  const auto server = eager::testing::InProcessServer::Make().value();
  const auto writer = eager::summary::create_file_writer(argv[1]);
  auto scope = writer.as_default();
  if (argc > 2) {
    eager::WriteDemo();
  } else {
    const auto folder = eager::golden::FindFolder().value();
    eager::testing::WriteGoldenEvents(eager::golden::ReadJson(folder, "events/expected.json").value().at("written"));
  }
  writer.flush();
  std::cout << writer.path() << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
}
