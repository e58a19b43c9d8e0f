#include "server/rpc/call_counts.h"

#include "eager/v1/service.pb.h"
#include "server/exec/recent_errors.h"
#include "tensorflow/eager_service.pb.h"
#include "tensorflow/worker.pb.h"

namespace eager::server {
namespace {

// Of all services; no two have a name in common.
std::vector<std::string> MethodNames() {
  std::vector<std::string> names;
  for (const auto* service : {v1::HelloRequest::descriptor()->file()->FindServiceByName("TensorService"),
                              ::tensorflow::eager::KeepAliveRequest::descriptor()->file()->FindServiceByName("EagerService"),
                              ::tensorflow::GetStatusRequest::descriptor()->file()->FindServiceByName("WorkerService")}) {
    for (int i = 0; i < service->method_count(); ++i) names.push_back(service->method(i)->name());
  }
  return names;
}

}  // namespace

CallCounts& CallCounts::Get() {
  static auto* counts = new CallCounts();
  return *counts;
}

CallCounts::CallCounts() : rows_(MethodNames().size()) {
  const std::vector<std::string> names = MethodNames();
  for (size_t i = 0; i < rows_.size(); ++i) rows_[i].name = names[i];
}

size_t CallCounts::Find(absl::string_view method) const {
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].name == method) return i;
  }
  return 0;
}

grpc::Status CallCounts::Call::Ended(grpc::Status status) {
  Row& row = Get().rows_[method_];
  const auto code = static_cast<size_t>(status.error_code());
  row.ended[code < kStatusCodes ? code : static_cast<size_t>(grpc::StatusCode::UNKNOWN)].fetch_add(1, std::memory_order_relaxed);
  // What goes wrong with ops is counted where they are run, and a stream that breaks is no error of anybody's.
  const bool counted_there = row.name == "Session" || row.name == "Execute" || row.name == "StreamingEnqueue" || status.error_code() == grpc::StatusCode::CANCELLED;
  if (!counted_there) RecentErrors::Get().Add(absl::Status(static_cast<absl::StatusCode>(code), status.error_message()), row.name);
  return status;
}

std::vector<CallCounts::Method> CallCounts::List() const {
  std::vector<Method> list;
  for (const Row& row : rows_) {
    Method& method = list.emplace_back(Method{row.name, row.open.load(std::memory_order_relaxed), {}});
    for (size_t i = 0; i < row.ended.size(); ++i) method.ended[i] = row.ended[i].load(std::memory_order_relaxed);
  }
  return list;
}

}  // namespace eager::server
