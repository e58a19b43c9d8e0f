// Something that is read from files, and again when they change.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/status_macros.h"
#include "server/rpc/security/file.h"

namespace eager::server {

// Nobody waits for a change: the files are looked at when somebody asks, once a second at most. What cannot be read or makes
// no sense is logged once, and what was there before stays. Thread-safe.
template <class T>
class Reloaded {
 public:
  // Makes a T of the files' contents; its errors name the file. A file without a path is empty.
  using Parse = std::function<absl::StatusOr<std::shared_ptr<const T>>(const std::vector<std::string>& contents)>;

  static absl::StatusOr<std::unique_ptr<Reloaded>> Make(std::string what, std::vector<std::string> paths, Parse parse) {
    auto made = std::unique_ptr<Reloaded>(new Reloaded(std::move(what), std::move(paths), std::move(parse)));
    MutexLock lock(&made->mu_);
    ASSIGN_OR_RETURN(made->contents_, ReadFiles(made->paths_));
    ASSIGN_OR_RETURN(made->value_, made->parse_(made->contents_));
    made->looked_ = absl::Now();
    return made;
  }

  std::shared_ptr<const T> Get() {
    MutexLock lock(&mu_);
    if (absl::Now() - looked_ >= kInterval) Look();
    return value_;
  }
  // Looks at the files now.
  void Reload() {
    MutexLock lock(&mu_);
    Look();
  }

 private:
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  Reloaded(std::string what, std::vector<std::string> paths, Parse parse)
      : what_(std::move(what)), paths_(std::move(paths)), parse_(std::move(parse)) {}

  void Look() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    looked_ = absl::Now();
    const absl::Status status = Renew();
    if (!status.ok() && status != problem_) LogReload(what_, status);
    problem_ = status;
  }

  absl::Status Renew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    ASSIGN_OR_RETURN(std::vector<std::string> contents, ReadFiles(paths_));
    if (contents == contents_) return absl::OkStatus();
    ASSIGN_OR_RETURN(value_, parse_(contents));
    contents_ = std::move(contents);
    LogReload(what_, absl::OkStatus());
    return absl::OkStatus();
  }

  const std::string what_;
  const std::vector<std::string> paths_;
  const Parse parse_;
  Mutex mu_;
  std::vector<std::string> contents_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const T> value_ ABSL_GUARDED_BY(mu_);
  absl::Time looked_ ABSL_GUARDED_BY(mu_);
  absl::Status problem_ ABSL_GUARDED_BY(mu_);  // of the last look, so that it is logged once
};

}  // namespace eager::server
