// A server and a folder for the tests of checkpoints, and a small model.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/constant.h"
#include "client/module.h"
#include "client/train/checkpoint.h"
#include "client/train/checkpoint_manager.h"
#include "client/train/checkpoint_reader.h"
#include "client/train/weights.h"
#include "tests/support/temp_folder.h"
#include "tests/support/in_process.h"

namespace eager::train {

class WithServer : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = eager::testing::InProcessServer::Make();
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  std::string At(const std::string& name) const { return folder_ / name; }

  testing::TempFolder folder_;
  std::unique_ptr<eager::testing::InProcessServer> server_;
};

inline Variable Var(std::vector<float> values, const std::string& name = "Variable") {
  return Variable(constant(values), {.name = name});
}

// What a call throws, as a code and a text.
struct Thrown {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string text;
};
template <class Call>
Thrown ThrownBy(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  return {};
}

class Line : public Module {
 public:
  explicit Line(std::vector<float> w = {0, 0}, float b = 0)
      : w(Var(std::move(w), "weight")), b(constant(b), {.name = "bias"}) {}
  Variable w, b;
  EAGER_TRACK(w, b)
};

// Makes its variable when it is first called.
class Lazy : public Module {
 public:
  std::optional<Variable> kernel;
  EAGER_TRACK(kernel)
  void build(int n) {
    kernel.emplace(constant(std::vector<float>(static_cast<size_t>(n), -1.0f)), VariableOptions{.name = "lazy/kernel"});
    finish_build();
  }
};

}  // namespace eager::train
