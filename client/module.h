// Modules: objects whose variables are found by the names of the members that hold them.
//
//   class Line : public eager::Module {
//    public:
//     eager::Variable w{5.0f}, b{10.0f};
//     EAGER_TRACK(w, b)
//   };
//
// EAGER_TRACK, once in a class, names the members to be found: C++ cannot list them by itself. A member may be a
// Variable, a Module or a class derived from it, and an optional, pointer, vector, array or map (of strings) of such, to
// any depth. A class that derives from a tracked one names that one's members too.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "client/variable.h"

namespace eager {

class Module;

// An edge from an object to a part of it, as listings and checkpoints walk it. A list's or map's parts are its own edges,
// named "0", "1", … or by the keys.
struct Tracked {
  std::string name;
  std::variant<Variable, Module*, std::vector<Tracked>> part;
};

// Not thread-safe by itself; the variables are. A copy is another object with the same variables.
class Module {
 public:
  // Without a name: the class's own in snake case, "line".
  Module() = default;
  explicit Module(std::string name) : name_(std::move(name)) {}
  virtual ~Module() = default;
  Module(const Module&) = default;
  Module(Module&&) = default;
  Module& operator=(const Module&) = default;
  Module& operator=(Module&&) = default;

  virtual std::string name() const;

  // Each variable once, in TensorFlow's order: a module's own members by name, then its submodules' likewise. What is
  // found in two places stands at the first.
  virtual std::vector<Variable> variables() const;
  virtual std::vector<Variable> trainable_variables() const;
  virtual std::vector<Variable> non_trainable_variables() const;
  // This one's parts that are modules, by name, then the parts of each of them; each once.
  std::vector<Module*> submodules() const;

  // The members in the order of EAGER_TRACK, which writes this.
  virtual std::vector<Tracked> tracked() { return {}; }
  // What variables() and submodules() walk through: tracked() unless TensorFlow's class keeps its parts otherwise.
  virtual std::vector<Tracked> walked() { return tracked(); }
  // What a checkpoint stores and restores: tracked() unless a class has other names in TensorFlow's files. Several edges
  // may lead to one part, for readers that know it by different names.
  virtual std::vector<Tracked> checkpoint_edges() { return tracked(); }
  // The variable that holds `slot` ("momentum", "m", "v") of another one, for checkpoints that keep an optimizer's state
  // that way. None but optimizers have any.
  virtual std::optional<Variable> slot_variable(const Variable& of, const std::string& slot) { return std::nullopt; }
  // Calls `then` with this module (or a copy, if that is what goes on) when it next makes variables of its own: a checkpoint
  // that was read before a layer knew its shapes fills them in that way.
  void when_built(std::function<void(Module&)> then) { when_built_.push_back(std::move(then)); }

 protected:
  void set_name(std::string name) { name_ = std::move(name); }
  // "Line": the most derived class, without namespaces and template arguments.
  std::string class_name() const;
  // To be called by a class that makes variables later than in its constructor, each time that it has.
  void finish_build();

 private:
  std::string name_;
  std::vector<std::function<void(Module&)>> when_built_;
};

namespace internal {

template <class T>
concept Pointer = requires(const T& p) { static_cast<bool>(p); *p; };

template <class T>
void AddTracked(std::string name, T& member, std::vector<Tracked>& edges);

template <class List>
std::vector<Tracked> TrackList(List& list) {
  std::vector<Tracked> edges;
  size_t i = 0;
  for (auto& part : list) AddTracked(std::to_string(i++), part, edges);
  return edges;
}

template <class T>
std::vector<Tracked> TrackMap(std::map<std::string, T>& map) {
  std::vector<Tracked> edges;
  for (auto& [key, part] : map) AddTracked(key, part, edges);
  return edges;
}

template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

// Nothing is added for an empty optional or pointer.
template <class T>
void AddTracked(std::string name, T& member, std::vector<Tracked>& edges) {
  if constexpr (std::is_same_v<T, Variable>) {
    edges.push_back({std::move(name), member});
  } else if constexpr (std::is_base_of_v<Module, T>) {
    edges.push_back({std::move(name), static_cast<Module*>(&member)});
  } else if constexpr (Pointer<T>) {
    if (member) AddTracked(std::move(name), *member, edges);
  } else if constexpr (IsMap<T>::value) {
    edges.push_back({std::move(name), TrackMap(member)});
  } else {
    static_assert(requires { member.begin(); member.end(); },
                  "EAGER_TRACK: a member is a Variable, a Module, or an optional, pointer, vector, array or map of such");
    edges.push_back({std::move(name), TrackList(member)});
  }
}

// "w, b" -> {"w", "b"}
std::vector<std::string> SplitNames(const char* names);

template <class... Members>
std::vector<Tracked> Track(const char* names, Members&... members) {
  const std::vector<std::string> split = SplitNames(names);
  std::vector<Tracked> edges;
  size_t i = 0;
  (AddTracked(split[i++], members, edges), ...);
  return edges;
}

}  // namespace internal
}  // namespace eager

#define EAGER_TRACK(...) \
  std::vector<::eager::Tracked> tracked() override { return ::eager::internal::Track(#__VA_ARGS__, __VA_ARGS__); }
