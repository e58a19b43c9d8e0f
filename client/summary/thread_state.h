// What this thread's summary functions write to, and how: set by the scopes of file_writer.h and summary.h.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/summary/file_writer.h"

namespace eager::internal {

struct SummaryThreadState {
  std::shared_ptr<EventFile> file;   // null: nothing is written
  std::optional<summary::Step> step;
  std::function<bool()> recording;   // empty: always
  std::string scope;                 // "train/", "" at the top
};

SummaryThreadState& SummaryState();

}  // namespace eager::internal
