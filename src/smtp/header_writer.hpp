#pragma once

#include <string>
#include <string_view>

#include "sluice/smtp/mailbox.hpp"

namespace sluice::smtp {

/// Writes header fields, broken between words so that lines stay short (RFC 5322 section 2.2.3).
class HeaderWriter {
 public:
  /// Throws Error{invalid_input} for a name that is none.
  void begin(std::string_view name);
  /// Printable ASCII without spaces.
  void word(std::string_view text);
  /// UTF-8 of any kind but with control characters, for which it throws Error{invalid_input}.
  void text(std::string_view text);
  /// `behind` follows the address.
  void mailbox(const Mailbox& mailbox, std::string_view behind);
  void end();

  std::string take() { return std::move(out_); }

 private:
  void encoded(std::string_view text);

  std::string out_;
  std::string name_;
  std::size_t column_ = 0;
};

/// The text with U+FFFD for each byte that is no UTF-8.
std::string mended_utf8(std::string_view text);

}  // namespace sluice::smtp
