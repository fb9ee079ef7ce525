#pragma once

#include <string>
#include <string_view>

namespace sluice::smtp {

/// Who sends or receives.
struct Mailbox {
  std::string name;     ///< To be shown; UTF-8, may be empty.
  std::string address;  ///< "local@domain", in ASCII.

  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// "a@example.com", "Name <a@example.com>" or "\"Name, with comma\" <a@example.com>". Throws
/// Error{invalid_input} saying what is wrong: also for quoted local parts, which hardly a server
/// has, and for addresses beyond ASCII (RFC 6531), which need servers that take them.
Mailbox parse_mailbox(std::string_view text);

/// What is wrong with "local@domain"; "" if nothing is.
std::string problem_of_address(std::string_view address);

}  // namespace sluice::smtp
