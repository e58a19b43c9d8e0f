// Which trainable variables a piece of the program reads.
#pragma once

#include <vector>

#include "client/variable.h"

namespace eager::internal {

// Adds each trainable variable that this thread reads while it lives to a list, once a read. Scopes nest: a read counts
// for all of them.
class VariableReads {
 public:
  explicit VariableReads(std::vector<Variable>* list) : list_(list), outer_(Innermost()) { Innermost() = this; }
  ~VariableReads() { Innermost() = outer_; }
  VariableReads(const VariableReads&) = delete;

  static void Note(const Variable& variable) {
    for (VariableReads* reads = Innermost(); reads != nullptr; reads = reads->outer_) reads->list_->push_back(variable);
  }

 private:
  static VariableReads*& Innermost() {
    thread_local VariableReads* innermost = nullptr;
    return innermost;
  }

  std::vector<Variable>* const list_;
  VariableReads* const outer_;
};

}  // namespace eager::internal
