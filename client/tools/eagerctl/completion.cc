// eagerctl completion: the script that completes its subcommands and flags in a shell. Asks no daemon.

#include "common/cli/completion.h"

#include <iostream>
#include <memory>

#include "client/tools/eagerctl/subcommands.h"
#include "common/status_macros.h"

namespace eager::ctl {

void AddCompletion(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "Print a script for a shell: eval \"$(eagerctl completion bash)\"");
  completion->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}, CLI::ignore_case));
  completion->callback([shell, &app, &run] {
    run = [shell, &app](Remote&) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string script, cli::Completion(app, *shell));
      std::cout << script;
      return absl::OkStatus();
    };
  });
}

}  // namespace eager::ctl
