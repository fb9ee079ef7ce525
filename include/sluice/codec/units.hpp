#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::codec {

/// "123", "10k", "1.5M", "2GiB": binary units as rclone has them (k = 1024), case ignored; nullopt
/// if malformed or too big.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "1.5 GiB", "512 B".
std::string format_size(std::uint64_t bytes);

/// "250ms", "10s", "1.5h", "2d", "1w", "1h30m"; a bare number is seconds. nullopt if malformed.
std::optional<Duration> parse_duration(std::string_view text);
/// "1h02m03s", "4.5s", "120ms".
std::string format_duration(Duration duration);

}  // namespace sluice::codec
