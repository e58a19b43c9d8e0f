// The results of real Keras in cases/ (make_cases.py), for this folder's tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "client/constant.h"
#include "client/keras/losses.h"
#include "tests/golden/golden.h"
#include "tests/support/in_process.h"

namespace eager::keras {

inline std::vector<golden::Case> ReadCases(const std::string& name) {
  return golden::ReadCases(std::filesystem::path(EAGER_KERAS_CASES), name + ".jsonl").value();
}

inline HostTensor Host(const golden::Json& t) { return golden::ParseTensor(t).value(); }
inline Tensor Upload(const golden::Json& t) { return constant(Host(t)); }
inline std::optional<Tensor> UploadIfThere(const golden::Json& c, const char* key) {
  return c.contains(key) ? std::optional(Upload(c.at(key))) : std::nullopt;
}

inline void ExpectClose(const Tensor& got, const golden::Json& want, const golden::Json& c) {
  std::string why;
  EXPECT_TRUE(golden::Close(got.numpy(), Host(want), c.at("rtol"), c.at("atol"), &why)) << why;
}

// A server of this test's own.
class KerasTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = testing::InProcessServer::Make();
    ASSERT_TRUE(made.ok()) << made.status();
    server_ = *std::move(made);
  }

  // Runs `call`, which must throw an error of that code that says `text`.
  template <class Call>
  static void ExpectError(absl::StatusCode code, const std::string& text, Call call) {
    try {
      call();
      ADD_FAILURE() << "succeeded, but should have said: " << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), code) << e.what();
      EXPECT_NE(std::string(e.what()).find(text), std::string::npos) << e.what();
    }
  }

  std::unique_ptr<testing::InProcessServer> server_;
};

}  // namespace eager::keras
