// What runs while faults happen: the guide's linear regression, beside a counter that shows every step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/context.h"

namespace eager::testing {

struct Trained {
  std::vector<float> variables;  // w, b
  int64_t count = 0;             // as the server's counter says: one a step

  // The variables' bits and the count, as text: two runs that gave the same agree in every bit.
  std::string ToString() const;
};

// Trains on the default context.
Trained Train(int steps);

}  // namespace eager::testing
