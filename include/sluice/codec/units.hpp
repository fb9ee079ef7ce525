#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::codec {

/// "123", "10k", "1.5M", "2GiB", "8MB": binary units as rclone and the AWS CLI have them (k = 1024,
/// up to E), case ignored. A bare number is bytes (rclone's is KiB). A fraction of a byte is
/// dropped. nullopt if malformed, negative or too big.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "512 B", "1.5 GiB": one digit after the point, unless it is zero.
std::string format_size(std::uint64_t bytes);

/// "250ms", "10s", "1.5h", "2d", "1w", "1h30m": units w d h m s ms us ns, each larger than the one
/// after it. A bare number is seconds. Lower case only (M is a month elsewhere). nullopt if
/// malformed, negative or over 292 years.
std::optional<Duration> parse_duration(std::string_view text);
/// "2d03h04m05s", "1h02m03s", "1m05s", "4.5s", "120ms", "1.5us", "0s": rounded to what is shown.
std::string format_duration(Duration duration);

}  // namespace sluice::codec
