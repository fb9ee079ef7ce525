#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/secret.hpp"

/// The lines that a client sends, each with its CRLF. Throws Error{invalid_input} for what would
/// end the line early, or is not ASCII.
namespace sluice::smtp {

std::string ehlo_line(std::string_view client);
std::string helo_line(std::string_view client);
/// `size`: bytes of the message, for servers with SIZE (RFC 1870).
std::string mail_from_line(std::string_view address, std::optional<std::uint64_t> size);
std::string rcpt_to_line(std::string_view address);

/// A user's proof for AUTH. Throws Error{invalid_input} for a NUL in either (RFC 4616).
Secret plain_proof(const std::string& user, const Secret& password);
Secret auth_plain_line(const Secret& proof);
/// An answer to a challenge of AUTH LOGIN, or of AUTH PLAIN.
Secret auth_answer_line(const Secret& words);

/// `host` if it can be a client's name in EHLO (RFC 5321 section 2.3.5), else "localhost".
std::string client_name(std::string_view host);

}  // namespace sluice::smtp
