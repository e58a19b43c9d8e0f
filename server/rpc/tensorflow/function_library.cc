#include "server/rpc/tensorflow/function_library.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/rpc/tensorflow/function.h"

namespace eager::server::tf {
namespace {

bool HasPlaceholders(const ::tensorflow::FunctionDef& def) {
  for (const auto& node : def.node_def()) {
    for (const auto& [name, value] : node.attr()) {
      if (value.value_case() == ::tensorflow::AttrValue::kPlaceholder) return true;
    }
  }
  return false;
}

}  // namespace

absl::Status FunctionLibrary::Add(::tensorflow::FunctionDef def) {
  const std::string name = def.signature().name();
  if (name.empty()) return absl::InvalidArgumentError("a function without a name");
  if (defs_.size() >= kMost && !defs_.contains(name)) {
    return absl::ResourceExhaustedError(absl::StrCat("a client may register ", kMost, " functions, and '", name, "' is one more"));
  }
  Entry entry;
  entry.has_placeholders = HasPlaceholders(def);
  entry.def = std::make_shared<const ::tensorflow::FunctionDef>(std::move(def));
  defs_.insert_or_assign(name, std::move(entry));
  return absl::OkStatus();
}

void FunctionLibrary::Remove(const std::string& name) { defs_.erase(name); }

absl::StatusOr<std::shared_ptr<Function>> FunctionLibrary::Get(const std::string& name, const AttrMap& attrs, const std::string& device,
                                                               FunctionInstances* instances) {
  std::string key;
  if (instances != nullptr) {
    key = absl::StrCat(name, " ", device, " ", Fingerprint(attrs));
    if (const auto it = instances->find(key); it != instances->end()) return it->second;
  }
  const auto it = defs_.find(name);
  if (it == defs_.end()) return absl::NotFoundError(absl::StrCat("Function '", name, "' is not registered in eagerd"));
  if (instances == nullptr) {
    key = it->second.has_placeholders ? absl::StrCat(device, " ", Fingerprint(attrs)) : device;
    instances = &it->second.ready;
  }
  std::shared_ptr<Function>& ready = (*instances)[key];
  if (ready == nullptr) {
    auto function = std::make_shared<Function>(it->second.def, attrs);
    RETURN_IF_ERROR(function->Resolve(*this));
    ready = std::move(function);
  }
  return ready;
}

}  // namespace eager::server::tf
