// How a line of the log is written.
#pragma once

#include <initializer_list>
#include <string>

#include "server/log/log.h"

namespace eager::server {

// `event=NAME key=value …`. Texts stand in quotes if they need to.
std::string FormatText(absl::string_view event, std::initializer_list<LogField> fields);
// `"event":"NAME","key":value,…}`: the rest of an object. Numbers that JSON has not are strings.
std::string FormatJson(absl::string_view event, std::initializer_list<LogField> fields);

}  // namespace eager::server
