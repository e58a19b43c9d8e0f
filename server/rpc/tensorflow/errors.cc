#include "server/rpc/tensorflow/errors.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace eager::server::tf {
namespace {

constexpr size_t kMostText = 3000;  // a client's headers hold 8 KiB, and TensorFlow cuts at 3,072

}  // namespace

absl::Status ForClient(const absl::Status& status, absl::string_view op) {
  absl::string_view text = status.message();
  if (!absl::ConsumePrefix(&text, absl::StrCat(op, ": "))) op = "";
  std::string told(text.substr(0, kMostText));
  if (!op.empty()) absl::StrAppend(&told, " [Op:", op, "]");
  return absl::Status(status.code(), told);
}

}  // namespace eager::server::tf
