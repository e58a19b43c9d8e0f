// eagerctl token: makes tokens. Asks no daemon.

#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/tools/eagerctl/print.h"
#include "client/tools/eagerctl/subcommands.h"
#include "common/auth/token.h"
#include "common/status_macros.h"

namespace eager::ctl {
namespace {

struct Options {
  std::string tenant;
  bool admin = false;
  bool json = false;
};

absl::Status New(const Options& options) {
  if (!IsTenantName(options.tenant)) {
    return absl::InvalidArgumentError(absl::StrCat("'", options.tenant, "' is no tenant's name, which has ", kTenantNameRule));
  }
  ASSIGN_OR_RETURN(const std::string token, NewToken());
  if (options.json) {
    return PrintJson({{"tenant", options.tenant}, {"token", token}, {"line", absl::StrCat(options.tenant, options.admin ? " admin " : " use ", ToText(HashToken(token)))}});
  }
  std::cout << "# The token, for " << options.tenant << " alone (EAGERD_TOKEN); it is shown this once:\n"
            << token << "\n# The line for the daemon's --auth-tokens file:\n"
            << options.tenant << (options.admin ? " admin " : " use ") << ToText(HashToken(token)) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddToken(CLI::App& app, Run& run) {
  CLI::App* token = app.add_subcommand("token", "Make tokens that say who calls");
  token->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* fresh = token->add_subcommand("new", "Print a new token, and the line of it for the daemon's file");
  fresh->add_option("TENANT", options->tenant, "Who holds it")->required();
  fresh->add_flag("--admin", options->admin, "It may list and end others' sessions, and reset devices");
  fresh->add_flag("--json", options->json, "As JSON");
  fresh->callback([options, &run] { run = [options](Remote&) { return New(*options); }; });
}

}  // namespace eager::ctl
