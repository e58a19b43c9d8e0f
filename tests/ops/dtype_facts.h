// tensorflow_dtypes.txt: what TensorFlow's CPU has kernels for.
#pragma once

#include <string>
#include <vector>

#include "common/ops/op_spec.h"

namespace eager::testing {

// One line: an op's type attribute and the dtypes that TensorFlow takes for it and we mean to.
struct DtypeFact {
  std::string op, attr;
  DTypeSet dtypes;
};

// All lines, less what we do not serve, by rule: complex numbers are moved, not computed with, and an op moves elements
// if it takes bool beside them. Nor the seeds that TensorFlow's rows name but its kernels refuse.
const std::vector<DtypeFact>& DtypeFacts();

// The position of the attribute by which an op's kernels are found: the first type; op.attrs.size() if there is none.
int KernelAttr(const OpSpec& op);

}  // namespace eager::testing
