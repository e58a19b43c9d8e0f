#include "server/metrics/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace eager::server {
namespace {

// Seconds of Unix time at which the system started, from /proc/stat.
double BootTime() {
  std::ifstream stat("/proc/stat");
  for (std::string word; stat >> word;) {
    double seconds = 0;
    if (word == "btime" && stat >> seconds) return seconds;
  }
  return 0;
}

int64_t CountFiles() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int64_t entries = -3;  // "." and "..", and the folder itself
  while (readdir(folder) != nullptr) ++entries;
  closedir(folder);
  return entries;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');  // a program's name may have spaces
  if (name_end != std::string::npos) {
    std::istringstream fields(line.substr(name_end + 1));
    std::vector<std::string> field(2);  // so that they are numbered as proc(5) does, but for the first one
    for (std::string word; fields >> word;) field.push_back(word);
    if (field.size() > 23) {
      const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
      figures.cpu_seconds = (std::stod(field[13]) + std::stod(field[14])) / ticks;
      figures.threads = std::stoll(field[19]);
      figures.start_time_seconds = BootTime() + std::stod(field[21]) / ticks;
      figures.virtual_bytes = std::stoll(field[22]);
      figures.resident_bytes = std::stoll(field[23]) * sysconf(_SC_PAGESIZE);
    }
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<int64_t>(limit.rlim_cur);
  figures.open_fds = CountFiles();
  return figures;
}

}  // namespace eager::server
