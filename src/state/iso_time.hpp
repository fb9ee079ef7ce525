#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::state {

// The same texts as codec::format_iso8601 and codec::parse_iso8601, several times faster for what
// nearly all files have: UTC times from 1970 to 2099. A backlog has one in every line.
void append_iso_time(std::string& out, TimePoint time);
std::optional<TimePoint> parse_iso_time(std::string_view text);

}  // namespace sluice::state
