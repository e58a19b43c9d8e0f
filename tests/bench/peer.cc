#include "tests/bench/peer.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/bench/benchmarks.h"

namespace eager::bench {

Peer::Peer(const std::string& python, const std::string& script) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) throw std::runtime_error("no pipe to " + python);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    for (int fd : {down[0], down[1], up[0], up[1]}) close(fd);
    execlp(python.c_str(), python.c_str(), script.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  questions_ = fdopen(down[1], "w");
  answers_ = fdopen(up[0], "r");
  signal(SIGPIPE, SIG_IGN);
}

Peer::~Peer() {
  fclose(questions_);
  fclose(answers_);
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

double Peer::Ask(const std::string& name) {
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
