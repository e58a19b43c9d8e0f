// What the sections of the guide share: where they print to, and the comparison that --check does.
#pragma once

#include <functional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace guide {

// What the program is told by its flags.
struct Options {
  std::string files = "eager-guide-files";  // where the sections leave theirs
  std::string data;                         // MNIST's files or a table of digits; empty: what this machine has
  int64_t examples = 0;                     // of them, at most; 0: all
};

// A section prints to out() as the Python program prints, and says with the Expect calls what must have come out.
class Guide {
 public:
  Guide(std::ostream& out, const Options& options) : out_(out), options_(options) {}

  std::ostream& out() { return out_; }
  const Options& options() const { return options_; }
  // A folder for the files that a section leaves, made if it is missing.
  std::string folder(const std::string& name) const;

  // The same text, to the character.
  void ExpectText(const std::string& what, const std::string& got, const std::string& want);
  // A number within `tolerance` of `want`.
  void ExpectNear(const std::string& what, double got, double want, double tolerance);
  void ExpectTrue(const std::string& what, bool got);

  // The first difference; empty if there is none.
  const std::string& difference() const { return difference_; }

 private:
  void Report(const std::string& what, const std::string& got, const std::string& want);

  std::ostream& out_;
  const Options& options_;
  std::string difference_;
};

struct Section {
  const char* name;
  void (*run)(Guide&);
};

// One function and one file a section, in the guide's order.
void Tensors(Guide& guide);
void ControlFlow(Guide& guide);
void Gradients(Guide& guide);
void TrainModel(Guide& guide);
void TrainingStep(Guide& guide);
void Variables(Guide& guide);
void Watch(Guide& guide);
void Optimizer(Guide& guide);
void Saving(Guide& guide);
void Metrics(Guide& guide);
void Summaries(Guide& guide);
void CustomGradient(Guide& guide);
void Performance(Guide& guide);

inline constexpr Section kSections[] = {
    {"tensors", Tensors},
    {"control_flow", ControlFlow},
    {"gradients", Gradients},
    {"train_model", TrainModel},
    {"training_step", TrainingStep},
    {"variables", Variables},
    {"watch", Watch},
    {"optimizer", Optimizer},
    {"saving", Saving},
    {"metrics", Metrics},
    {"summaries", Summaries},
    {"custom_gradient", CustomGradient},
    {"performance", Performance},
};

// "a = {:.3f}" of Python.
std::string Fixed(double value, int digits);

template <class T>
std::string Text(const T& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace guide
