// The course of a training in an event file, for TensorBoard.

#include <filesystem>

#include "absl/strings/match.h"
#include "client/examples/guide/regression.h"

namespace tf = eager;

namespace guide {

void Summaries(Guide& guide) {
  Model model;
  tf::keras::metrics::Mean m("loss");
  const std::string logdir = guide.folder("tb");
  tf::summary::FileWriter writer = tf::summary::create_file_writer(logdir);
  {
    const auto scope = writer.as_default();
    Train(guide, model, MakeExamples(), [&](int step, const tf::Tensor& loss) {
      m(loss);
      if (step % 50 == 0) tf::summary::scalar("loss", m.result(), step);
    });
  }
  writer.close();
  guide.out() << "events in " << writer.path() << "\nsee them with: tensorboard --logdir=" << logdir << "\n";

  const std::string name = std::filesystem::path(writer.path()).filename();
  guide.ExpectTrue("an event file of the name " + name,
                   absl::StartsWith(name, "events.out.tfevents.") && absl::EndsWith(name, ".v2"));
  // 62 bytes of file version and 6 scalars, framed by 16 bytes each.
  guide.ExpectTrue("it holds the events", std::filesystem::file_size(writer.path()) > 6 * 16 + 62);
}

}  // namespace guide
