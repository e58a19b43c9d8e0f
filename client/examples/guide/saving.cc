// A trained model's weights in TensorFlow's files, and back.

#include <filesystem>

#include "absl/strings/match.h"
#include "client/examples/guide/regression.h"

namespace tf = eager;

namespace guide {

void Saving(Guide& guide) {
  std::ostream& out = guide.out();
  Model model;
  Train(guide, model, MakeExamples());
  const tf::HostTensor trained = model(1.0f).numpy();

  const std::string folder = guide.folder("Model");
  model.save_weights(folder + "/weights");
  model = Model();
  const tf::HostTensor fresh = model(1.0f).numpy();
  out << "Not Training Model(y=3x+2+noise) " << fresh << "\n";
  model.load_weights(folder + "/weights");
  const tf::HostTensor loaded = model(1.0f).numpy();
  out << "Training Model(y=3x+2+noise) " << loaded << "\n";
  out << "files in " << folder << ":\n";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) out << "  " << name << "\n";

  guide.ExpectText("a fresh model", Text(fresh), "15.0");
  guide.ExpectTrue("the loaded weights are the trained ones, bit for bit", loaded.bytes() == trained.bytes());
  for (const char* name : {"checkpoint", "weights.data-00000-of-00001", "weights.index"}) {
    guide.ExpectTrue(std::string(name) + " is written", std::find(names.begin(), names.end(), name) != names.end());
  }
}

}  // namespace guide
