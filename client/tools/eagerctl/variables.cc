// eagerctl variables: the named variables of a daemon, which outlive sessions: looking at them, changing, saving, loading.

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

using Stub = v1::TensorService::Stub;

struct Options {
  std::string name, values, dtype, device, tenant;
  bool all = false;
  bool json = false;
};

std::string Line(const v1::VariableInfo& v) {
  return absl::StrCat(v.name(), ": ", v.dtype(), " [", absl::StrJoin(v.shape(), ","), "], ",
                      v.has_value() ? Bytes(static_cast<int64_t>(v.bytes())) : std::string("no value yet"), " on ", v.device(), ", ",
                      v.sessions(), v.sessions() == 1 ? " session" : " sessions");
}

std::string Count(int64_t variables, int64_t bytes) {
  return absl::StrCat(variables, variables == 1 ? " variable, " : " variables, ", Bytes(bytes));
}

// An answer as JSON if that was asked for, else as `print` says it.
template <class Response, class Print>
absl::Status Show(const Options& options, const absl::StatusOr<Response>& response, Print print) {
  RETURN_IF_ERROR(response.status());
  if (options.json) return PrintJson(*response);
  print(*response);
  return absl::OkStatus();
}

absl::Status List(const Options& o, Remote& remote) {
  v1::ListVariablesRequest request;
  request.set_tenant(o.tenant);
  request.set_all_tenants(o.all);
  return Show(o, remote.Call(&Stub::ListVariables, request), [&](const v1::ListVariablesResponse& list) {
    int64_t bytes = 0;
    for (const v1::VariableInfo& v : list.variables()) {
      std::cout << (o.all ? absl::StrCat(v.tenant(), "  ") : "") << Line(v) << "\n";
      bytes += static_cast<int64_t>(v.bytes());
    }
    std::cout << Count(list.variables_size(), bytes) << "\n";
  });
}

absl::Status Get(const Options& o, Remote& remote) {
  v1::GetVariableRequest request;
  request.set_name(o.name);
  request.set_tenant(o.tenant);
  ASSIGN_OR_RETURN(const v1::GetVariableResponse got, remote.Call(&Stub::GetVariable, request));
  if (o.json) return PrintJson(got);
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(got.value().values(), &text).ok()) {
    return absl::InternalError("the values cannot be printed");
  }
  std::cout << text << "\n";
  return absl::OkStatus();
}

absl::Status Put(const Options& o, Remote& remote) {
  v1::PutVariableRequest request;
  request.set_name(o.name);
  request.set_tenant(o.tenant);
  request.set_device(o.device);
  request.mutable_value()->set_dtype(o.dtype);
  if (const auto read = google::protobuf::util::JsonStringToMessage(o.values, request.mutable_value()->mutable_values()); !read.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("'", o.values, "' is no JSON value: ", std::string(read.message())));
  }
  return Show(o, remote.Call(&Stub::PutVariable, request), [](const v1::VariableInfo& v) { std::cout << Line(v) << "\n"; });
}

absl::Status Remove(const Options& o, Remote& remote) {
  v1::DeleteVariableRequest request;
  request.set_name(o.name);
  request.set_tenant(o.tenant);
  return Show(o, remote.Call(&Stub::DeleteVariable, request), [](const v1::DeleteVariableResponse&) {});
}

absl::Status Save(const Options& o, Remote& remote) {
  if (o.name.empty()) {
    v1::SaveStateRequest request;
    request.set_tenant(o.tenant);
    request.set_all_tenants(o.all);
    return Show(o, remote.Call(&Stub::SaveState, request), [](const v1::SaveStateResponse& saved) {
      std::cout << (saved.tenants() == 0 ? std::string("nothing has changed since the last save")
                                         : absl::StrCat("saved ", Count(saved.variables(), saved.bytes()))) << "\n";
    });
  }
  v1::ExportVariablesRequest request;
  request.set_name(o.name);
  request.set_tenant(o.tenant);
  return Show(o, remote.Call(&Stub::ExportVariables, request), [](const v1::ExportVariablesResponse& saved) {
    std::cout << "saved " << Count(saved.variables(), saved.bytes()) << "\n";
  });
}

absl::Status Load(const Options& o, Remote& remote) {
  v1::ImportVariablesRequest request;
  request.set_name(o.name);
  request.set_tenant(o.tenant);
  return Show(o, remote.Call(&Stub::ImportVariables, request), [](const v1::ImportVariablesResponse& loaded) {
    std::cout << "loaded " << Count(loaded.variables(), loaded.bytes()) << "\n";
  });
}

}  // namespace

void AddVariables(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* variables = app.add_subcommand("variables", "Named variables, which outlive sessions: list, read, write, save, load");
  variables->require_subcommand(1);
  variables->fallthrough();  // their options may follow the deed
  variables->add_option("--tenant", options->tenant, "Whose; empty: one's own. Another's is for admins");
  variables->add_flag("--json", options->json, "The daemon's answer as JSON");
  const auto add = [&](const char* name, const char* what, absl::Status (*deed)(const Options&, Remote&)) {
    CLI::App* sub = variables->add_subcommand(name, what);
    sub->callback([options, deed, &run] { run = [options, deed](Remote& remote) { return deed(*options, remote); }; });
    return sub;
  };
  const auto add_name = [&](CLI::App* sub, const char* what) { return sub->add_option("NAME", options->name, what); };
  add("ls", "List them", &List)->add_flag("--all-tenants", options->all, "Everybody's, for admins");
  add_name(add("get", "Print a value as JSON", &Get), "The variable")->required();
  CLI::App* put = add("put", "Give a value, and make the variable where there is none", &Put);
  add_name(put, "The variable")->required();
  put->add_option("VALUES", options->values, "As JSON: 1, [1, 2], [[0.5, 1], [2, 3]], \"text\"")->required()->allow_extra_args(false);
  put->add_option("--dtype", options->dtype, "float32, int64, …; empty: the variable's, or what the values look like");
  put->add_option("--device", options->device, "Where a new one lies; empty: on the default device");
  add_name(add("rm", "Delete a variable", &Remove), "The variable")->required();
  CLI::App* save = add("save", "Save as the daemon does at its end; with a NAME, as a checkpoint of that name", &Save);
  CLI::Option* name = add_name(save, "Of the checkpoint");
  save->add_flag("--all-tenants", options->all, "Everybody's, for admins")->excludes(name);
  add_name(add("load", "Load a checkpoint that was saved by name", &Load), "Of the checkpoint")->required();
}

}  // namespace eager::ctl
