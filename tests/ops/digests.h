// What a line of samples.txt gives, in short: for tests that compare bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/ops/sample.h"

namespace eager::ops_test {

// Digests of the outputs, of the variables after the call, and of the gradients. `before` is called before the op and before
// the gradient.
std::string Digests(const Sample& sample, const std::function<void()>& before = [] {});

// Of samples.txt and large.txt.
std::vector<Sample> AllSamples();

}  // namespace eager::ops_test
