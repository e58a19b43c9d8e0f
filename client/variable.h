// A variable on a server: a place whose value can be replaced, and whose reads a tape records.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>

#include "client/tensor.h"

namespace eager {

struct VariableOptions {
  std::string name = "Variable";
  bool trainable = true;  // tapes watch its reads by themselves
  // Not empty: the variable of that name which all sessions of this client's tenant share, and which outlives them
  // (shared_variables.h). Where there is none it is made; one that has a value keeps it.
  std::string shared_name = "";
};

// Copies are the same variable; the server frees it with the last one. Nothing waits but what says so. Safe to use from
// several threads at once.
class Variable {
 public:
  explicit Variable(const Operand& initial_value, VariableOptions options = {});
  // The shared variable of that name, made with this value where there is none. If it exists with another dtype or shape,
  // whatever uses this one fails with INVALID_ARGUMENT.
  static Variable Shared(const std::string& name, const Operand& initial_value);
  // The one that exists. Waits; NOT_FOUND if there is none.
  static Variable Shared(const std::string& name, std::source_location where = std::source_location::current());

  const std::string& name() const;  // "Variable:0"
  bool trainable() const;
  DType dtype() const;
  const Shape& shape() const;
  const std::string& device() const;

  // The value now; later assignments do not change it. Watched by the tapes that watch accessed variables.
  Tensor read_value(std::source_location where = std::source_location::current()) const;
  Tensor value(std::source_location where = std::source_location::current()) const { return read_value(where); }
  // A part of the value now, as of a tensor: see indexing.h.
  Tensor operator[](const Index& index) const;
  Tensor operator[](std::initializer_list<Index> index) const;
  // INVALID_ARGUMENT for a value of another dtype or shape.
  Variable& assign(const Operand& value);
  Variable& assign_add(const Operand& delta);
  Variable& assign_sub(const Operand& delta);
  // How often this process has done so, through any copy: whoever remembers the value sees from it that it changed. Ops
  // that are called with the handle do not count.
  uint64_t assignments() const;

  // As Tensor's; these wait.
  template <class T>
  std::vector<T> read(std::source_location where = std::source_location::current()) const {
    return Unrecorded(where).template read<T>(where);
  }
  HostTensor numpy(std::source_location where = std::source_location::current()) const { return Unrecorded(where).numpy(where); }
  template <HostScalar T>
  explicit operator T() const {
    return static_cast<T>(Unrecorded(Line()));
  }
  // "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.0>"; waits.
  std::string repr(std::source_location where = std::source_location::current()) const;

  // The handle that ops on the variable itself take.
  const Tensor& handle() const;

 private:
  struct State;
  Variable() = default;  // what Shared() fills in
  static std::shared_ptr<State> Make(const TensorSpec& spec, const VariableOptions& options, std::source_location where);
  std::source_location Line() const;  // that made the variable
  Tensor Read(std::source_location where) const;
  // A read that no tape sees.
  Tensor Unrecorded(std::source_location where) const;
  void Update(absl::string_view op, const Operand& value) const;

  std::shared_ptr<State> state_;
};

std::ostream& operator<<(std::ostream& out, const Variable& v);  // repr()
inline const char* type_name(const Variable&) { return "eager::Variable"; }

}  // namespace eager
