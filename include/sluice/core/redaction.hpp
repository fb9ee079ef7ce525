#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// Whether `text` (a peer's words) holds the secret, or eight bytes of it that stand together (all
/// of a shorter one): a peer may quote what it was sent, also in part. False for an empty secret.
bool gives_away(std::string_view text, std::string_view secret);

/// What a peer said, for one line of a log: control characters and white space are one space each
/// run, malformed UTF-8 is U+FFFD; of more than `limit` bytes the beginning, and "...".
std::string one_line(std::string_view text, std::size_t limit);

}  // namespace sluice
