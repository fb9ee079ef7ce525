#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sluice/net/header_list.hpp"

namespace sluice::net {

/// A response's status line and fields, as places in the text that was parsed (RFC 9112 sections 4
/// and 5). Reusable.
struct ResponseHead {
  int minor_version = 1;  ///< HTTP/1.0 or HTTP/1.1.
  int status = 0;         ///< 100 to 999.
  std::vector<HeaderList::Entry> fields;
};

/// The length of the head at the front of `received`, with its empty line; 0 if it is not complete
/// yet. `searched` bytes were looked at before.
std::size_t head_length(std::string_view received, std::size_t searched);

/// Why what arrived cannot become a response head, whatever follows; empty if it still may.
std::string_view refuse_early(std::string_view received);

/// Parses a whole head (as head_length measures it). Strict: no folded lines, no bare CR or LF, no
/// space before a colon. Returns why it is refused; empty if it is fine.
[[nodiscard]] std::string_view parse_response_head(std::string_view text, ResponseHead& head);

}  // namespace sluice::net
