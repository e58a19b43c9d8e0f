// Variables that the sessions of one tenant share by name, and that outlive them: Variable(x, {.shared_name = "w"}).
//
// Updates of one are atomic, whichever sessions they come from: nobody's is lost, and a reader gets a whole value. A handle
// that goes away leaves the variable; delete_variable ends it.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "client/context.h"
#include "client/types.h"

namespace eager {

struct SharedVariableInfo {
  std::string name;
  DType dtype = DType::kInvalid;
  Shape shape;
  uint64_t bytes = 0;       // of its value
  std::string device;       // "/device:CPU:0"
  int64_t sessions = 0;     // that use it now
  bool has_value = false;   // false before the first assignment
};

// Those there are after everything that was asked for so far, by name; with a name only that one, if it exists.
// They wait.
std::vector<SharedVariableInfo> list_variables(const Context& context, const std::string& name = "",
                                               std::source_location where = std::source_location::current());
std::vector<SharedVariableInfo> list_variables(const std::string& name = "",
                                               std::source_location where = std::source_location::current());

// Whoever still has a handle of it gets NOT_FOUND. Waits; NOT_FOUND if there is none.
void delete_variable(const Context& context, const std::string& name,
                     std::source_location where = std::source_location::current());
void delete_variable(const std::string& name, std::source_location where = std::source_location::current());

}  // namespace eager
