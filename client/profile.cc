#include "client/profile.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "client/core/context_state.h"
#include "client/core/throw.h"

namespace eager {

struct profile::Recording {
  std::shared_ptr<internal::ContextState> context;
  std::string path;
  std::ofstream file;
};

profile::profile(const std::string& path, std::source_location where) : profile(Context::Default(where), path, where) {}

profile::profile(const Context& context, const std::string& path, std::source_location where)
    : recording_(std::make_unique<Recording>(
          Recording{context.state(), path, std::ofstream(path, std::ios::binary | std::ios::trunc)})) {
  if (!recording_->file)
    internal::ThrowIfError(absl::InvalidArgumentError(absl::StrCat("profile: cannot write ", path)), where);
  internal::ThrowIfError(context.state()->session().StartProfile(), where);
}

profile::~profile() {
  if (recording_ == nullptr) return;
  const std::string path = recording_->path;
  try {
    stop();
  } catch (const Error& e) {
    std::fprintf(stderr, "eager: no profile in %s: %s\n", path.c_str(), e.what());
  }
}

void profile::stop(std::source_location where) {
  if (recording_ == nullptr) return;
  const std::unique_ptr<Recording> recording = std::move(recording_);
  std::ofstream& file = recording->file;
  const absl::Status status = recording->context->session().StopProfile([&](absl::string_view piece) {
    return static_cast<bool>(file.write(piece.data(), static_cast<std::streamsize>(piece.size())));
  });
  internal::ThrowIfError(status, where);
  file.close();
  if (!file)
    internal::ThrowIfError(
        absl::ResourceExhaustedError(absl::StrCat("profile: cannot write all of the trace to ", recording->path)),
        where);
}

}  // namespace eager
