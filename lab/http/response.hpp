#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/content.hpp"

namespace sluice::lab {

/// What goes back to the client. The body is `body`, or the `length` bytes of `content` from
/// `offset` on.
struct Response {
  int status = 200;
  std::string
      fields;  ///< "Name: value\r\n" lines; framing, Date and Connection are the connection's.
  std::string date;  ///< The Date field; empty: now.
  std::string body;
  std::shared_ptr<const Content> content;
  std::uint64_t offset = 0;  ///< Bytes into `content`.
  std::uint64_t length = 0;  ///< Bytes of `content`.
  bool head_only = false;    ///< HEAD: the length is announced, the body is not sent.
  bool close = false;        ///< The connection ends with this answer.

  Response& field(std::string_view name, std::string_view value);
  std::uint64_t body_length() const { return content ? length : body.size(); }
};

/// An answer in plain text that ends the connection, to a peer we do not understand.
Response plain_refusal(int status, std::string text);

std::string_view reason_of(int status);

/// Appends the status line and all fields, ready for the wire, to `out`.
void append_response_head(std::string& out, const Response& response);

}  // namespace sluice::lab
