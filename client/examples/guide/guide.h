// What the sections of the guide share: where they print to, and the comparison that --check does.
#pragma once

#include <functional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace guide {

// A section prints to out() as the Python program prints, and says with the Expect calls what must have come out.
class Guide {
 public:
  explicit Guide(std::ostream& out) : out_(out) {}

  std::ostream& out() { return out_; }

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
void Watch(Guide& guide);
void Optimizer(Guide& guide);
void Performance(Guide& guide);

inline constexpr Section kSections[] = {
    {"tensors", Tensors}, {"control_flow", ControlFlow}, {"gradients", Gradients},
    {"watch", Watch},     {"optimizer", Optimizer},      {"performance", Performance},
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
