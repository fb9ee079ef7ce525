#include "net/request_head.hpp"

#include <array>
#include <charconv>

#include "net/ascii.hpp"
#include "sluice/core/error.hpp"

namespace sluice::net {
namespace {

bool is_ours(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equal_names(name, "host");
    case 6:
      return equal_names(name, "expect");
    case 10:
      return equal_names(name, "connection") || equal_names(name, "user-agent");
    case 14:
      return equal_names(name, "content-length");
    case 17:
      return equal_names(name, "transfer-encoding");
    case 19:
      return equal_names(name, "proxy-authorization");
    default:
      return false;
  }
}

bool is_target_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

// RFC 9110 section 8.6: these say so even if there is no body.
bool expects_body(std::string_view method) {
  return method == "PUT" || method == "POST" || method == "PATCH";
}

}  // namespace

std::uint64_t body_length(const HttpRequest& request) {
  return request.body_reader ? request.body_size : request.body.size();
}

void check_request(const HttpRequest& request) {
  const auto refuse = [](std::string message) {
    throw Error(ErrorCode::invalid_input, "HTTP request", "", std::move(message));
  };
  if (!is_token(request.method) || request.method == "CONNECT") refuse("its method cannot be used");
  if (request.target.empty()) refuse("its target is empty");
  for (const char c : request.target) {
    if (!is_target_byte(c)) refuse("its target has a space or a control character");
  }
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const std::string_view name = request.headers[i].first;
    if (is_ours(name)) refuse("the field " + std::string(name) + " is the client's to write");
  }
}

void format_request_head(const HttpRequest& request, const RequestExtras& extras,
                         std::string& out) {
  out.clear();
  out += request.method;
  out += ' ';
  out += extras.absolute_prefix;
  out += request.target;
  out += " HTTP/1.1\r\n";
  append_field(out, "Host", extras.authority);
  append_field(out, "User-Agent", extras.user_agent);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    append_field(out, name, value);
  }
  const std::uint64_t length = body_length(request);
  if (length > 0 || expects_body(request.method)) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
    append_field(out, "Content-Length", std::string_view(digits.data(), end));
  }
  if (request.expect_continue && length > 0) append_field(out, "Expect", "100-continue");
  if (!extras.proxy_authorization.empty())
    append_field(out, "Proxy-Authorization", extras.proxy_authorization);
  out += "\r\n";
}

}  // namespace sluice::net
