#include "client/module.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <typeinfo>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace eager {
namespace {

// "MyDense" -> "my_dense", "Conv2D" -> "conv2_d": as tf.Module names its objects
// (tensorflow/python/module/module.py, camel_to_snake).
std::string SnakeCase(const std::string& name) {
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool upper = i > 0 && absl::ascii_isupper(name[i]);
    const bool ends_word = upper && (absl::ascii_islower(name[i - 1]) || absl::ascii_isdigit(name[i - 1]));
    const bool starts_word = upper && i + 1 < name.size() && absl::ascii_islower(name[i + 1]);
    if (ends_word || starts_word) snake += '_';
    snake += absl::ascii_tolower(name[i]);
  }
  return snake;
}

// "a::(anonymous namespace)::Pair<b::C, int>" -> "Pair"
std::string Unqualified(std::string name) {
  int depth = 0;
  size_t end = name.size(), i = name.size();
  for (; i > 0; --i) {
    const char c = name[i - 1];
    if (c == '>' || c == ')') ++depth;
    if (c == '<' || c == '(') --depth;
    if (c == '<' && depth == 0) end = i - 1;
    if (c == ':' && depth == 0) break;
  }
  return name.substr(i, end - i);
}

// The variables and modules behind `edges`, lists and maps opened, members in the order of their names and a map's parts
// in that of its keys.
void Leaves(std::vector<Tracked> edges, bool sort, std::vector<Variable>* variables, std::vector<Module*>* modules) {
  if (sort) std::stable_sort(edges.begin(), edges.end(), [](const Tracked& a, const Tracked& b) { return a.name < b.name; });
  for (Tracked& edge : edges) {
    if (auto* variable = std::get_if<Variable>(&edge.part)) {
      variables->push_back(*variable);
    } else if (auto* module = std::get_if<Module*>(&edge.part)) {
      modules->push_back(*module);
    } else {
      Leaves(std::move(std::get<std::vector<Tracked>>(edge.part)), false, variables, modules);  // already in order
    }
  }
}

// What is below a module, as tf.Module flattens it: its own parts first, then what is below each of them. A part counts
// where it is met first, even if it is only walked through later.
class Walk {
 public:
  explicit Walk(Module* root) : seen_{root} { Visit(root); }

  std::vector<Variable> variables;
  std::vector<Module*> modules;

 private:
  void Visit(Module* module) {
    std::vector<Variable> own;
    std::vector<Module*> parts;
    Leaves(module->walked(), true, &own, &parts);
    for (Variable& variable : own) {
      if (seen_.insert(variable.handle().state().get()).second) variables.push_back(std::move(variable));
    }
    std::erase_if(parts, [this](Module* part) { return !seen_.insert(part).second; });
    modules.insert(modules.end(), parts.begin(), parts.end());
    for (Module* part : parts) Visit(part);
  }

  std::unordered_set<const void*> seen_;
};

// The lists hand out what may be changed through them; finding it changes nothing.
Walk WalkFrom(const Module* module) { return Walk(const_cast<Module*>(module)); }

}  // namespace

std::string Module::name() const { return name_.empty() ? SnakeCase(class_name()) : name_; }

std::string Module::class_name() const {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? Unqualified(text.get()) : "Module";
}

void Module::finish_build() {
  for (const auto& then : std::exchange(when_built_, {})) then(*this);
}

std::vector<Variable> Module::variables() const { return WalkFrom(this).variables; }

std::vector<Variable> Module::trainable_variables() const {
  std::vector<Variable> all = variables();
  std::erase_if(all, [](const Variable& v) { return !v.trainable(); });
  return all;
}

std::vector<Variable> Module::non_trainable_variables() const {
  std::vector<Variable> all = variables();
  std::erase_if(all, [](const Variable& v) { return v.trainable(); });
  return all;
}

std::vector<Module*> Module::submodules() const { return WalkFrom(this).modules; }

namespace internal {

std::vector<std::string> SplitNames(const char* names) {
  std::vector<std::string> split = absl::StrSplit(names, ',');
  for (std::string& name : split) absl::StripAsciiWhitespace(&name);
  return split;
}

}  // namespace internal
}  // namespace eager
