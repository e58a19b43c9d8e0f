// The subcommands of eagerctl. Each adds itself to the app; if it is the one that was given, the function that it puts
// into `run` does it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "client/tools/eagerctl/remote.h"

namespace eager::ctl {

using Run = std::function<absl::Status(Remote&)>;

// eagerctl bench [--seconds S] [--json]
void AddBench(CLI::App& app, Run& run);
// eagerctl completion bash|zsh|fish
void AddCompletion(CLI::App& app, Run& run);
// eagerctl devices [--reset DEVICE] [--json]
void AddDevices(CLI::App& app, Run& run);
// eagerctl health [--json]
void AddHealth(CLI::App& app, Run& run);
// eagerctl ops [NAME] [--contains TEXT] [--json]
void AddOps(CLI::App& app, Run& run);
// eagerctl run OP [INPUT …] [--attr NAME=VALUE] [--device D] [--out FILE.npy] [--json]
void AddRun(CLI::App& app, Run& run);
// eagerctl sessions [--tenant NAME] [--json]; eagerctl kill ID
void AddSessions(CLI::App& app, Run& run);
// eagerctl profile ID [--seconds N] [-o FILE] [--json]
void AddProfile(CLI::App& app, Run& run);
// eagerctl tensors [SESSION] [--json]
void AddTensors(CLI::App& app, Run& run);
// eagerctl token new TENANT [--admin]
void AddToken(CLI::App& app, Run& run);
// eagerctl top [--interval S] [--once] [--json]
void AddTop(CLI::App& app, Run& run);
// eagerctl variables ls|get|put|rm|save|load [--tenant T] [--json]
void AddVariables(CLI::App& app, Run& run);
// eagerctl version [--json]
void AddVersion(CLI::App& app, Run& run);

}  // namespace eager::ctl
