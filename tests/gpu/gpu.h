// Whether there is a GPU to test on.
#pragma once

#include <string>

#include "gtest/gtest.h"
#include "server/device/cuda_devices.h"

// In a test, or in SetUp of a fixture: skips it where there is none.
#define SKIP_WITHOUT_GPU()                                                  \
  do {                                                                      \
    std::string _why;                                                       \
    if (::eager::server::CountGpus(&_why) == 0) GTEST_SKIP() << "no GPU: " << _why; \
  } while (false)
