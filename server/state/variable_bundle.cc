#include "server/state/variable_bundle.h"

#include "absl/strings/str_cat.h"
#include "common/bundle/naming.h"
#include "common/bundle/reader.h"
#include "common/bundle/writer.h"
#include "common/status_macros.h"

namespace eager::server {

VariableMoments VariableMoments::Take(const NamedVariables& variables) {
  std::vector<NamedVariables::Listed> all = variables.List();
  std::vector<RefPtr<Variable>> refs;
  for (const auto& listed : all) refs.push_back(listed.variable);
  std::vector<Variable::Moment> read = Variable::ReadTogether(refs);
  VariableMoments taken;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!read[i].value) continue;
    taken.variables.push_back(std::move(all[i]));
    taken.moments.push_back(std::move(read[i]));
  }
  return taken;
}

absl::StatusOr<BundleSize> WriteBundle(const std::string& prefix, VariableMoments moments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<bundle::BundleWriter> writer, bundle::BundleWriter::Open(prefix));
  BundleSize size;
  for (size_t i = 0; i < moments.variables.size(); ++i) {
    TensorRef value = std::move(moments.moments[i].value);
    const std::string& name = moments.variables[i].name;
    const size_t bytes = value->num_bytes();
    ++size.variables;
    size.bytes += static_cast<int64_t>(bytes);
    if (value->buffer()->device()->host_accessible()) {
      RETURN_IF_ERROR(writer->Begin(name, value->spec(), bytes));
      RETURN_IF_ERROR(writer->Append(absl::string_view(static_cast<const char*>(bytes == 0 ? "" : value->raw()), bytes)));
      RETURN_IF_ERROR(writer->End());
      continue;
    }
    absl::StatusOr<HostTensor> host = ToHost(*value);
    if (!host.ok()) return absl::Status(host.status().code(), absl::StrCat("variable '", name, "': ", host.status().message()));
    value.reset();
    RETURN_IF_ERROR(writer->Add(name, *host));
  }
  RETURN_IF_ERROR(writer->Finish());
  return size;
}

absl::StatusOr<NamedValues> ReadBundle(const std::string& prefix) {
  ASSIGN_OR_RETURN(const std::unique_ptr<bundle::BundleReader> reader, bundle::BundleReader::Open(prefix));
  NamedValues values;
  for (const auto& [key, entry] : reader->entries()) {
    if (key == bundle::kObjectGraphKey) continue;
    if (absl::Status name = CheckVariableName(key); !name.ok()) {
      return absl::Status(name.code(), absl::StrCat(prefix, ": ", name.message()));
    }
    ASSIGN_OR_RETURN(HostTensor value, reader->Read(key));
    values.emplace_back(key, std::move(value));
  }
  return values;
}

}  // namespace eager::server
