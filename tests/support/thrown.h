// What a piece of client code throws.
#pragma once

#include <gtest/gtest.h>

#include "client/error.h"

namespace eager::testing {

// The error that `work` throws; a failure of the test if it throws none.
template <class Work>
Error Thrown(Work work) {
  try {
    work();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(absl::OkStatus(), std::source_location::current());
}

}  // namespace eager::testing
