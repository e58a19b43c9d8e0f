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

// "MyDense" -> "my_dense", as Keras and tf.Module name their objects.
std::string SnakeCase(const std::string& name) {
  std::string snake;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool upper = absl::ascii_isupper(name[i]);
    const bool starts_word = upper && i > 0 && (!absl::ascii_isupper(name[i - 1]) ||
                                                (i + 1 < name.size() && absl::ascii_islower(name[i + 1])));
    if (starts_word && snake.back() != '_') snake += '_';
    snake += absl::ascii_tolower(name[i]);
  }
  return snake;
}

std::string ClassName(const Module& module) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(typeid(module).name(), nullptr, nullptr, &status), &std::free);
  std::string name = status == 0 ? text.get() : "module";
  const size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

// The variables and modules behind `edges`, lists and maps opened, members in the order of their names and a map's parts
// in that of its keys.
void Leaves(std::vector<Tracked> edges, bool sort, std::vector<Variable>* variables, std::vector<Module*>* modules) {
  if (sort) std::sort(edges.begin(), edges.end(), [](const Tracked& a, const Tracked& b) { return a.name < b.name; });
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

// This module and all below it, depth first as TensorFlow flattens them.
void Flatten(Module* module, std::unordered_set<const Module*>& seen, std::unordered_set<const void*>& have,
             std::vector<Variable>* variables) {
  if (!seen.insert(module).second) return;
  std::vector<Variable> own;
  std::vector<Module*> parts;
  Leaves(module->tracked(), true, &own, &parts);
  for (Variable& variable : own) {
    if (have.insert(variable.handle().state().get()).second) variables->push_back(std::move(variable));
  }
  for (Module* part : parts) Flatten(part, seen, have, variables);
}

}  // namespace

std::string Module::name() const { return name_.empty() ? SnakeCase(ClassName(*this)) : name_; }

void Module::finish_build() {
  for (const auto& then : std::exchange(when_built_, {})) then();
}

std::vector<Variable> Module::variables() const {
  std::vector<Variable> variables;
  std::unordered_set<const Module*> seen;
  std::unordered_set<const void*> have;
  // tracked() hands out what it may change; nothing here does.
  Flatten(const_cast<Module*>(this), seen, have, &variables);
  return variables;
}

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

std::vector<Module*> Module::submodules() const {
  std::vector<Module*> found;
  std::unordered_set<const Module*> seen{this};
  std::vector<Module*> level{const_cast<Module*>(this)};
  while (!level.empty()) {
    std::vector<Module*> next;
    for (Module* module : level) {
      std::vector<Variable> variables;
      std::vector<Module*> parts;
      Leaves(module->tracked(), true, &variables, &parts);
      for (Module* part : parts) {
        if (!seen.insert(part).second) continue;
        found.push_back(part);
        next.push_back(part);
      }
    }
    level = std::move(next);
  }
  return found;
}

namespace internal {

std::vector<std::string> SplitNames(const char* names) {
  std::vector<std::string> split = absl::StrSplit(names, ',');
  for (std::string& name : split) absl::StripAsciiWhitespace(&name);
  return split;
}

}  // namespace internal
}  // namespace eager
