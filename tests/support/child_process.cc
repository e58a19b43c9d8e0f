#include "tests/support/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace eager::testing {
namespace {

constexpr std::chrono::milliseconds kPoll(2);
constexpr int kCannotExecute = 127;

int Entries(const std::string& folder) {
  std::error_code gone;
  int n = 0;
  for (auto it = std::filesystem::directory_iterator(folder, gone);
       !gone && it != std::filesystem::directory_iterator(); it.increment(gone)) {
    ++n;
  }
  return n;
}

// Unless a flag says otherwise: all daemons of a host would want the same port.
ChildProcess::Options WithoutHttp(ChildProcess::Options options) {
  options.environment.push_back("EAGERD_HTTP=off");
  return options;
}

std::vector<std::string> DaemonCommand(std::vector<std::string> flags, const std::string& listen) {
  flags.insert(flags.begin(), {EAGERD_BINARY, "--listen=" + listen, "--devices=cpu"});
  return flags;
}

}  // namespace

ProcessUsage UsageOf(pid_t process) {
  const std::string proc = "/proc/" + std::to_string(process);
  ProcessUsage usage;
  usage.threads = Entries(proc + "/task");
  usage.files = Entries(proc + "/fd");
  std::ifstream statm(proc + "/statm");
  int64_t size = 0, resident = 0;
  if (statm >> size >> resident) usage.resident_bytes = resident * sysconf(_SC_PAGE_SIZE);
  return usage;
}

ChildProcess::ChildProcess(std::vector<std::string> command, Options options) {
  output_ = std::filesystem::temp_directory_path() / "eager-child.XXXXXX";
  const int output = mkostemp(output_.data(), O_CLOEXEC | O_APPEND);
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  for (std::string& entry : options.environment) environment.push_back(entry.data());
  environment.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (options.prepare) options.prepare();
    execve(argv[0], argv.data(), environment.data());
    _exit(kCannotExecute);
  }
  close(output);
}

ChildProcess::~ChildProcess() {
  Kill();
  unlink(output_.c_str());
}

void ChildProcess::Kill() {
  if (code_.has_value()) return;
  kill(pid_, SIGKILL);
  while (Running()) std::this_thread::sleep_for(kPoll);
}

std::optional<int> ChildProcess::Wait(std::chrono::milliseconds limit) {
  const auto last = std::chrono::steady_clock::now() + limit;
  while (!code_.has_value()) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (std::chrono::steady_clock::now() >= last) {
      break;
    } else {
      std::this_thread::sleep_for(kPoll);
    }
  }
  return code_;
}

std::string ChildProcess::Output() const {
  std::ostringstream text;
  text << std::ifstream(output_).rdbuf();
  return text.str();
}

std::string ChildProcess::Await(const std::string& text) {
  while (true) {
    const bool ended = !Running();  // before the look: what it wrote last counts
    const std::string output = Output();
    const size_t at = output.find(text);
    const size_t end = output.find('\n', at);
    if (at != std::string::npos && end != std::string::npos) {
      return output.substr(at + text.size(), end - at - text.size());
    }
    if (ended) return "";
    std::this_thread::sleep_for(kPoll);
  }
}

ChildProcess::Options Limited(int resource, uint64_t limit) {
  return {.prepare = [resource, limit] {
    const rlimit both{limit, limit};
    setrlimit(resource, &both);
  }};
}

DaemonProcess::DaemonProcess(std::vector<std::string> flags, Options options, const std::string& listen)
    : ChildProcess(DaemonCommand(std::move(flags), listen), WithoutHttp(std::move(options))),
      address_(Await("event=listening address=")) {}

}  // namespace eager::testing
