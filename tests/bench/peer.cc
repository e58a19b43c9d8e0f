#include "tests/bench/peer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/bench/benchmarks.h"

namespace eager::bench {

void Peer::Start() {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) throw std::runtime_error("no pipe to " + python_);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    execlp(python_.c_str(), python_.c_str(), script_.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  questions_ = fdopen(down[1], "w");
  answers_ = fdopen(up[0], "r");
  signal(SIGPIPE, SIG_IGN);
}

Peer::~Peer() {
  if (pid_ < 0) return;
  fclose(questions_);
  fclose(answers_);
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

double Peer::Ask(const std::string& name) {
  if (pid_ < 0) Start();
  std::fprintf(questions_, "%s\n", name.c_str());
  std::fflush(questions_);
  char line[1000] = "";
  if (std::fgets(line, sizeof(line), answers_) == nullptr) throw std::runtime_error(name + ": the Python peer has ended");
  char* end = nullptr;
  const double figure = std::strtod(line, &end);
  if (end == line) throw std::runtime_error(name + ": " + line);
  return figure;
}

std::vector<Comparator> Setup::Ask(const std::shared_ptr<Peer>& peer, const std::string& label, const std::string& figure) {
  if (peer == nullptr) return {};
  return {{label, [peer, figure] { return peer->Ask(figure); }}};
}

}  // namespace eager::bench
