#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

/// A mail as a receiver reads it: written from RFC 5322, 2045 and 2047, and nothing of ours.
struct ReadMail {
  std::vector<std::pair<std::string, std::string>> headers;  ///< Unfolded, words decoded.
  std::vector<std::string> encoded_words;                    ///< What each of them held.
  std::string body;                                          ///< Decoded.

  /// The only field of that name; fails the test if there are none or several.
  const std::string& header(std::string_view name) const;
};

ReadMail read_mail(std::string_view text);

}  // namespace sluice::test
