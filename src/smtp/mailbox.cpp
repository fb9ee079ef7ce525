#include "sluice/smtp/mailbox.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::smtp {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 5322 section 3.2.3: atext.
bool is_atom_byte(char c) {
  return is_letter_or_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_domain_byte(char c) {
  return is_letter_or_digit(c) || c == '-';
}

/// Parts between dots, none of them empty.
template <class Allowed>
bool is_dotted(std::string_view text, Allowed allowed) {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !allowed(c)) return false;
    before = c;
  }
  return before != '.';
}

/// RFC 5321 section 4.1.3: an address literal, such as [192.0.2.1] or [IPv6:2001:db8::1].
bool is_literal(std::string_view domain) {
  if (domain.size() < 3 || !domain.starts_with('[') || !domain.ends_with(']')) return false;
  const std::string_view inner = domain.substr(1, domain.size() - 2);
  return std::all_of(inner.begin(), inner.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '.' || c == ':'; });
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

[[noreturn]] void refuse(std::string_view text, std::string reason) {
  // What cannot be shown on one line is not shown.
  const bool shown = is_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
  throw Error(ErrorCode::invalid_input, "mail address", std::string(shown ? text : ""),
              std::move(reason));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// The words before "<address>".
std::string display_name(std::string_view whole, std::string_view text) {
  if (!text.starts_with('"')) {
    if (text.find_first_of("\"<>") != std::string_view::npos)
      refuse(whole, "a name with quotes or angle brackets must stand within quotes");
    return std::string(text);
  }
  std::string name;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"' && i + 1 == text.size()) return name;
    if (text[i] == '"') refuse(whole, "something stands between the quoted name and the address");
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    name += text[i];
  }
  refuse(whole, "the name's closing quote is missing");
}

}  // namespace

std::string problem_of_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return "an address is local@domain";
  const auto beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (std::any_of(address.begin(), address.end(), beyond_ascii))
    return "addresses with other than ASCII letters are not supported";
  const std::string_view local = address.substr(0, at), domain = address.substr(at + 1);
  // RFC 5321 section 4.5.3.1.
  if (local.size() > 64) return "what stands before the @ is longer than 64 bytes";
  if (domain.size() > 255) return "its domain is longer than 255 bytes";
  if (!is_dotted(local, is_atom_byte))
    return "what stands before the @ cannot be part of an address";
  if (!is_dotted(domain, is_domain_byte) && !is_literal(domain))
    return "what stands after the @ is no domain";
  return "";
}

Mailbox parse_mailbox(std::string_view text) {
  if (!is_utf8(text) || std::any_of(text.begin(), text.end(), is_control))
    refuse(text, "it has control characters, or is no UTF-8");
  std::string_view rest = trimmed(text);
  Mailbox mailbox;
  if (rest.ends_with('>')) {
    const std::size_t open = rest.rfind('<');
    if (open == std::string_view::npos) refuse(text, "its '<' is missing");
    mailbox.name = display_name(text, trimmed(rest.substr(0, open)));
    rest = rest.substr(open + 1, rest.size() - open - 2);
  }
  mailbox.address = rest;
  std::string problem = problem_of_address(rest);
  if (!problem.empty()) refuse(text, std::move(problem));
  return mailbox;
}

}  // namespace sluice::smtp
