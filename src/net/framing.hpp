#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "net/response_head.hpp"

namespace sluice::net {

enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

/// How a response's body is delimited (RFC 9112 section 6.3) and what becomes of the connection
/// after it (section 9.3).
struct Framing {
  BodyKind kind = BodyKind::none;
  std::optional<std::uint64_t>
      content_length;  ///< As announced, also where no body follows (HEAD).
  bool keep_alive = false;
};

enum class RequestKind : bool { plain, head };

/// Decides the framing of a parsed head; `text` is what it was parsed from. Refused (with the
/// reason; empty if fine): Content-Length together with Transfer-Encoding or with differing values,
/// any coding other than one "chunked".
[[nodiscard]] std::string_view decide_framing(std::string_view text, const ResponseHead& head,
                                              RequestKind request, Framing& framing);

}  // namespace sluice::net
