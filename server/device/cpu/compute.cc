#include "server/device/cpu/compute.h"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <exception>
#include <new>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/device/cpu/compute_gate.h"

namespace eager::server {
namespace {

// ThreadSanitizer does not see libgomp's barriers and would report every region as a race.
#if defined(__SANITIZE_THREAD__)
constexpr bool kTeams = false;
#else
constexpr bool kTeams = true;
#endif

thread_local bool on_compute_thread = false;  // or, for the time of its turn, a thread with a team of its own

// Handing large work over and waiting for it wakes two threads, which takes longer than many a kernel. So the first few
// threads with large work get teams of their own; more would mean a crowd of workers.
constexpr int kOwnTeams = 2;
std::atomic<int> own_teams{0};

struct OwnTeam {
  bool mine = false;
  ~OwnTeam() { GiveUp(); }
  bool Get() {
    if (mine) return true;
    if (own_teams.load(std::memory_order_relaxed) >= kOwnTeams) return false;
    mine = own_teams.fetch_add(1) < kOwnTeams;
    if (!mine) own_teams.fetch_sub(1);
    return mine;
  }
  void GiveUp() {
    if (std::exchange(mine, false)) own_teams.fetch_sub(1);
  }
};
thread_local OwnTeam own_team;

int DefaultThreads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

int& Threads() {
  static int threads = DefaultThreads();
  return threads;
}

// The compute thread and its queue. Never destroyed, so that a late call finds it; the thread is joined at exit, and
// calls after that run where they are made.
class ComputeThread {
 public:
  static ComputeThread& Get() {
    static ComputeThread* instance = new ComputeThread();
    return *instance;
  }

  // On the caller's thread and with its team, in turn with all others.
  void RunHere(absl::FunctionRef<void()> work) {
    const Turn turn;
    struct Here {
      const int threads_before = omp_get_max_threads();
      Here() {
        on_compute_thread = true;
        omp_set_dynamic(0);
        omp_set_num_threads(ComputeThreads());
      }
      ~Here() {
        on_compute_thread = false;
        omp_set_num_threads(threads_before);
      }
    } here;
    work();
  }

  void Run(absl::FunctionRef<void()> work) {
    const Turn turn;
    Job job{work, {}, {}};
    if (!Push(&job)) return work();
    job.done.Wait();
    if (job.thrown != nullptr) std::rethrow_exception(job.thrown);
  }

 private:
  // The turn of whoever the calling thread works for.
  struct Turn {
    Turn() { ComputeGate::Get().Enter(party); }
    ~Turn() { ComputeGate::Get().Leave(party); }
    ComputeParty& party = *ComputeScope::Current();
  };
  struct Job {
    absl::FunctionRef<void()> work;
    std::exception_ptr thrown;
    Notification done;
  };

  ComputeThread() : thread_([this] { Loop(); }) {
    std::atexit([] { Get().Stop(); });
  }

  bool Push(Job* job) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    if (stopped_) return false;
    queue_.push_back(job);
    changed_.Signal();
    return true;
  }

  void Stop() ABSL_LOCKS_EXCLUDED(mu_) {
    {
      MutexLock lock(&mu_);
      stopped_ = true;
      changed_.Signal();
    }
    // std::exit called by a job itself cannot wait for that job.
    on_compute_thread ? thread_.detach() : thread_.join();
  }

  // Null when stopped and nothing is left.
  Job* Pop() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    while (queue_.empty() && !stopped_) changed_.Wait(&mu_);
    if (queue_.empty()) return nullptr;
    Job* job = queue_.front();
    queue_.pop_front();
    return job;
  }

  void Loop() {
    pthread_setname_np(pthread_self(), "eagerd-compute");
    on_compute_thread = true;
    omp_set_dynamic(0);
    omp_set_num_threads(kTeams ? ComputeThreads() : 1);
    while (Job* job = Pop()) {
      try {
        job->work();
      } catch (...) {
        job->thrown = std::current_exception();
      }
      job->done.Notify();
    }
  }

  Mutex mu_;
  CondVar changed_;
  std::deque<Job*> queue_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace

void SetComputeThreads(int threads) { Threads() = threads > 0 ? threads : DefaultThreads(); }

int ComputeThreads() { return Threads(); }

void RunOnComputeThread(absl::FunctionRef<void()> work) {
  // Inside a region the team is busy with us: waiting for it would be a deadlock.
  if (on_compute_thread || omp_in_parallel()) return work();
  if (kTeams && own_team.Get()) return ComputeThread::Get().RunHere(work);
  ComputeThread::Get().Run(work);
}

void GiveUpOwnTeam() { own_team.GiveUp(); }

void RunSingleThreaded(absl::FunctionRef<void()> work) {
  const int before = omp_get_max_threads();
  if (before == 1) return work();
  omp_set_num_threads(1);
  work();
  // A session's thread keeps the 1, which is what it wants; only the compute thread needs its team again.
  if (on_compute_thread) omp_set_num_threads(before);
}

void ParallelFor(int64_t n, int64_t grain, absl::FunctionRef<void(int64_t, int64_t)> body) {
  grain = std::max<int64_t>(grain, 1);
  const auto part = [&](int64_t i) { body(i * grain, std::min(n, (i + 1) * grain)); };
  const int64_t parts = n <= 0 ? 0 : (n - 1) / grain + 1;
  if (parts <= 1 || !kTeams || ComputeThreads() == 1 || omp_in_parallel()) {
    for (int64_t i = 0; i < parts; ++i) part(i);
    return;
  }
  // What a body throws may not leave its thread: no memory for what it needs beside its results.
  std::atomic<bool> no_memory{false};
  RunOnComputeThread([&] {
#pragma omp parallel for schedule(dynamic)
    for (int64_t i = 0; i < parts; ++i) {
      try {
        part(i);
      } catch (const std::bad_alloc&) {
        no_memory.store(true, std::memory_order_relaxed);
      }
    }
  });
  if (no_memory.load(std::memory_order_relaxed)) throw std::bad_alloc();
}

}  // namespace eager::server
