#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/net/http_client.hpp"

namespace sluice::net {

/// What the client adds to a request's head.
struct RequestExtras {
  std::string_view authority;  ///< For the Host field.
  std::string_view user_agent;
  std::string_view
      absolute_prefix;  ///< "http://host" before the target, for a proxy (RFC 9112 section 3.2.2).
  std::string_view proxy_authorization;  ///< The value of that field; empty: none.
};

/// The bytes of the request's body, however it is given.
std::uint64_t body_length(const HttpRequest& request);

/// Throws Error{invalid_input} for a method that is no token, a target with spaces or control
/// characters, and fields that are the client's to write (two of them would let two servers read
/// two messages).
void check_request(const HttpRequest& request);

/// Replaces `out` by the request's head. The request must have been checked.
void format_request_head(const HttpRequest& request, const RequestExtras& extras, std::string& out);

}  // namespace sluice::net
