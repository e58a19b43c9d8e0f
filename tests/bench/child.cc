#include "tests/bench/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace eager::bench {
namespace {

constexpr std::chrono::milliseconds kPoll(10);
constexpr std::chrono::milliseconds kPollStart(1);  // the time to start is a figure of the bench
constexpr int kPollsToStart = 30000;
constexpr int kPollsToStop = 1500;
constexpr int kCannotExecute = 127;

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// In the child: only calls that are safe after a fork in a process with threads.
[[noreturn]] void Exec(char* const* argv, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(kCannotExecute);  // it ended before the line above
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(kCannotExecute);
}

}  // namespace

std::string OwnFolder(const std::string& program) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return program.empty() ? self : self.parent_path() / program;
}

TemporaryFolder::TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "eager-bench.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder " + path_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ChildServer::ChildServer(std::vector<std::string> command) {
  log_ = std::filesystem::temp_directory_path() / "eager-bench.XXXXXX";
  const int log = mkostemp(log_.data(), O_CLOEXEC | O_APPEND);
  if (log < 0) throw std::runtime_error("cannot make a temporary file " + log_);
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const auto start = std::chrono::steady_clock::now();
  pid_ = fork();
  if (pid_ == 0) Exec(argv.data(), log, parent);
  close(log);
  try {
    AwaitAddress(command[0]);
    seconds_to_listen_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  } catch (...) {
    Stop();
    throw;
  }
}

ChildServer::~ChildServer() { Stop(); }

void ChildServer::AwaitAddress(const std::string& program) {
  const std::string key = "event=listening address=";
  for (int i = 0; i < kPollsToStart && pid_ > 0; ++i) {
    const std::string text = ReadAll(log_);
    const size_t at = text.find(key);
    const size_t end = text.find('\n', at);
    if (at != std::string::npos && end != std::string::npos) {
      address_ = text.substr(at + key.size(), end - at - key.size());
      return;
    }
    if (waitpid(pid_, nullptr, WNOHANG) != 0) {
      ended_ = true;
      break;
    }
    std::this_thread::sleep_for(kPollStart);
  }
  throw std::runtime_error("cannot start " + program + ": it does not listen; its log: " + ReadAll(log_));
}

int64_t ChildServer::ResidentBytes() const {
  std::ifstream statm("/proc/" + std::to_string(pid_) + "/statm");
  int64_t size = 0, resident = 0;
  if (!(statm >> size >> resident)) throw std::runtime_error("cannot read how much memory the daemon has");
  return resident * sysconf(_SC_PAGE_SIZE);
}

void ChildServer::Stop() {
  if (pid_ > 0 && !ended_) {
    kill(pid_, SIGTERM);
    for (int i = 0; !ended_ && i < kPollsToStop; ++i) {
      ended_ = waitpid(pid_, nullptr, WNOHANG) != 0;
      if (!ended_) std::this_thread::sleep_for(kPoll);
    }
    if (!ended_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  unlink(log_.c_str());
}

}  // namespace eager::bench
