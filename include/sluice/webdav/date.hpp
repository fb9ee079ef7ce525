#pragma once

#include <optional>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::webdav {

/// A date as WebDAV servers write it: the three forms of RFC 9110 section 5.6.7, RFC 3339, and what
/// is met beside them: a day of one digit, a zone as "+0000" or "UTC", date(1)'s "Mon Jan  2
/// 15:04:05 MST 2006" (UTC and GMT only). nullopt for what is none of these: a time that is not
/// known, never an error.
std::optional<TimePoint> parse_dav_date(std::string_view text);

}  // namespace sluice::webdav
