#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"

namespace sluice::lab {

/// The peer does not speak HTTP/1.1 as we do; answered with `status` and the connection is closed.
class BadRequest : public std::runtime_error {
 public:
  BadRequest(int status, const char* what) : std::runtime_error(what), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

struct HeaderField {
  std::string_view name;   ///< As sent; names compare without case.
  std::string_view value;  ///< Without the white space around it.
};

bool same_name(std::string_view left, std::string_view right);  ///< ASCII, without case.
bool has_prefix_nocase(std::string_view text, std::string_view lower_prefix);

/// A request line and its fields, as views into the buffer that was parsed: nothing is decoded, so
/// a signature can be verified on what was really sent.
struct RequestHead {
  std::string_view method;
  std::string_view path;   ///< The raw target before '?'.
  std::string_view query;  ///< The raw target after '?'.
  bool persistent = true;  ///< HTTP/1.1 without "Connection: close", or HTTP/1.0 with "keep-alive".
  std::vector<HeaderField> fields;

  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view value_or_empty(std::string_view name) const;
};

inline constexpr std::size_t max_head_bytes = 64_KiB;
inline constexpr std::size_t max_head_fields = 256;

/// Parses the head at the front of `buffer` into `head` (whose storage is reused) and returns its
/// length with the empty line, or nullopt if it is not complete yet. Throws BadRequest. RFC 9112
/// sections 2 to 5.
std::optional<std::size_t> parse_request_head(std::string_view buffer, RequestHead& head);

/// How the body is delimited (RFC 9112 section 6).
struct BodyFraming {
  bool chunked = false;
  std::uint64_t length = 0;  ///< Bytes, when not chunked.
  bool empty() const { return !chunked && length == 0; }
};
BodyFraming framing_of(const RequestHead& head);

}  // namespace sluice::lab
