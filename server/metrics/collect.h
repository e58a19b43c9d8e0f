// What the daemon's parts count, as samples. All of it may be called by any thread, and waits for no op.
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "server/metrics/families.h"
#include "server/rpc/server.h"

namespace eager::server {

// Of the process: build, times, log lines, what the system says.
void CollectProcess(absl::Time started, bool ready, Families& out);
// Of ops, messages, calls and devices' copies: what is counted for the whole process.
void CollectWork(Families& out);
// Of the server's devices.
void CollectDevices(const DeviceSet& devices, Families& out);
// Of its sessions and tenants. `label_of`: the value that stands for a tenant; those with the same one are added up.
void CollectSessions(SessionRegistry& sessions, const std::function<std::string(const std::string&)>& label_of, Families& out);
void CollectState(const StateFolder& state, Families& out);

// The compiler, and CUDA's version or "none", of this build.
std::string CompilerOfBuild();
std::string CudaOfBuild();
// As labels have a code: "OK", "INVALID_ARGUMENT".
std::string CodeName(int code);

}  // namespace eager::server
