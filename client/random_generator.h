// A sequence of random numbers whose place is kept in a variable on the server: tf.random.Generator, with Philox.
#pragma once

#include <array>
#include <vector>

#include "client/variable.h"

namespace eager::random {

// Independent of set_seed and of other generators: two with the same state give TensorFlow's and each other's numbers.
// Each call passes over the numbers that it has given. Copies are the same generator; the calls of several threads get
// numbers that do not overlap. Nothing waits. Shapes, bounds and errors are those of random.h.
class Generator {
 public:
  static Generator from_seed(int64_t seed, std::source_location where = std::source_location::current());
  static Generator from_key_counter(int64_t key, std::array<int64_t, 2> counter,
                                    std::source_location where = std::source_location::current());
  static Generator from_non_deterministic_state(std::source_location where = std::source_location::current());

  Tensor normal(const Operand& shape, const Operand& mean = 0, const Operand& stddev = 1,
                DType dtype = DType::kFloat32) const;
  Tensor truncated_normal(const Operand& shape, const Operand& mean = 0, const Operand& stddev = 1,
                          DType dtype = DType::kFloat32) const;
  Tensor uniform(const Operand& shape, const Operand& minval, const Operand& maxval,
                 DType dtype = DType::kFloat32) const;
  // In [0, 1); floating dtypes only.
  Tensor uniform(const Operand& shape, DType dtype = DType::kFloat32) const;
  // All values of int32, int64, uint32 or uint64.
  Tensor uniform_full_int(const Operand& shape, DType dtype = DType::kUint64) const;

  // int64 (2, count): columns are seeds for stateless functions.
  Tensor make_seeds(int64_t count = 1, std::source_location where = std::source_location::current()) const;
  // Passes over the numbers of a call that asks for `delta` of them; gives the state before.
  Tensor skip(uint64_t delta, std::source_location where = std::source_location::current()) const;
  void reset_from_seed(int64_t seed, std::source_location where = std::source_location::current());

  // int64 (3): the counter's low and high half, and the key.
  const Variable& state() const { return state_; }

 private:
  Generator(std::array<int64_t, 3> state, std::source_location where);
  // op(shape, key, counter, alg, more …) at the generator's place, which moves on.
  Tensor Run(const char* op, const Operand& shape, DType dtype, const std::vector<Operand>& more = {}) const;

  Variable state_;
};

}  // namespace eager::random
