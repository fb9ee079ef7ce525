#include "sluice/smtp/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/base64.hpp"
#include "sluice/core/error.hpp"

namespace sluice::smtp {
namespace {

bool is_printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f;
}

std::string checked(std::string line, std::string_view what, std::string_view argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), is_printable)) return line;
  throw Error(ErrorCode::invalid_input, std::string(what), "",
              "it is empty, or has bytes that no SMTP command may have");
}

std::string encoded(std::string_view text) {
  return codec::to_base64(as_bytes(text));
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

}  // namespace

std::string ehlo_line(std::string_view client) {
  return checked(fmt::format("EHLO {}\r\n", client), "EHLO", client);
}

std::string helo_line(std::string_view client) {
  return checked(fmt::format("HELO {}\r\n", client), "HELO", client);
}

std::string mail_from_line(std::string_view address, std::optional<std::uint64_t> size) {
  const std::string parameter = size ? fmt::format(" SIZE={}", *size) : "";
  return checked(fmt::format("MAIL FROM:<{}>{}\r\n", address, parameter), "MAIL FROM", address);
}

std::string rcpt_to_line(std::string_view address) {
  return checked(fmt::format("RCPT TO:<{}>\r\n", address), "RCPT TO", address);
}

Secret plain_proof(const std::string& user, const Secret& password) {
  // The parts are divided by NUL; the first one, empty, is whom to act for.
  constexpr char nul = '\0';
  if (user.find(nul) != std::string::npos || password.reveal().find(nul) != std::string::npos)
    throw Error(ErrorCode::invalid_input, "AUTH", "", "user or password has a NUL");
  return Secret(nul + user + nul + password.reveal());
}

Secret auth_plain_line(const Secret& proof) {
  return Secret("AUTH PLAIN " + encoded(proof.reveal()) + "\r\n");
}

Secret auth_answer_line(const Secret& words) {
  return Secret(encoded(words.reveal()) + "\r\n");
}

std::string client_name(std::string_view host) {
  constexpr std::size_t longest = 255;
  const bool fits = !host.empty() && host.size() <= longest && host.front() != '.' &&
                    host.front() != '-' && std::all_of(host.begin(), host.end(), is_name_byte);
  return std::string(fits ? host : "localhost");
}

}  // namespace sluice::smtp
