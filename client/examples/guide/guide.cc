#include "client/examples/guide/guide.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

namespace guide {

void Guide::ExpectText(const std::string& what, const std::string& got, const std::string& want) {
  if (got != want) Report(what, got, want);
}

void Guide::ExpectNear(const std::string& what, double got, double want, double tolerance) {
  if (!(std::abs(got - want) <= tolerance)) Report(what, Text(got), Text(want) + " +- " + Text(tolerance));
}

void Guide::ExpectTrue(const std::string& what, bool got) {
  if (!got) Report(what, "false", "true");
}

std::string Guide::folder(const std::string& name) const {
  const std::filesystem::path path = std::filesystem::path(options_.files) / name;
  std::filesystem::create_directories(path);
  return path;
}

void Guide::Report(const std::string& what, const std::string& got, const std::string& want) {
  if (difference_.empty()) difference_ = what + ":\n  got      " + got + "\n  expected " + want;
}

std::string Fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

}  // namespace guide
