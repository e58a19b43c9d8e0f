// Cores for large kernels, shared by all sessions.
//
// Debian's oneDNN runs on OpenMP, which keeps one team of threads for every thread that enters a parallel region. So
// large work goes to one compute thread that owns a team, and sessions take turns there; a few of them may keep teams of
// their own, and take their turns without it. Small work stays on the session's own thread, single-threaded. Results do
// not depend on the number of threads: work is split at multiples of the grain, never by the number of threads.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace eager::server {

// How many threads a large kernel uses; at least 1. Set once, before the first use; default: the number of cores.
void SetComputeThreads(int threads);
int ComputeThreads();

// Runs `work` on the compute thread, or in its turn on the caller's if that has a team of its own, where OpenMP regions
// (oneDNN's own as well) use all compute threads. Waits for it. Called inside such work it runs at once.
void RunOnComputeThread(absl::FunctionRef<void()> work);

// The caller's thread serves no session any more: another one may have its team.
void GiveUpOwnTeam();

// Runs `work` at once on the caller's thread, where OpenMP regions (oneDNN's own as well) then have one thread: for
// library calls too small to be worth a turn on the compute thread.
void RunSingleThreaded(absl::FunctionRef<void()> work);

// Calls body(begin, end) for consecutive ranges that cover [0, n), each of at most `grain`. Up to `grain` elements run
// at once on the caller's thread; more are spread over the compute threads. Waits for all. `body` must not throw.
void ParallelFor(int64_t n, int64_t grain, absl::FunctionRef<void(int64_t, int64_t)> body);

}  // namespace eager::server
