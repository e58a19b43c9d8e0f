// An element that may not be there.
#pragma once

#include <optional>

#include "server/rpc/tensorflow/value.h"

namespace eager::server::tf {

class Optional final : public Object {
 public:
  static constexpr absl::string_view kKind = "an optional";
  Optional() = default;
  explicit Optional(Values values) : values_(std::move(values)) {}
  ~Optional() override {
    if (values_) Discard(*std::move(values_));
  }
  absl::string_view kind() const override { return kKind; }

  const std::optional<Values>& values() const { return values_; }

 private:
  std::optional<Values> values_;
};

}  // namespace eager::server::tf
