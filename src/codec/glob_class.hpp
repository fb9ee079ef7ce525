#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/glob_chars.hpp"
#include "codec/glob_unicode.hpp"

namespace sluice::codec::glob {

/// A character class such as "[!a-z[:digit:]]".
///
/// minimatch makes of it a regular expression with up to two alternatives, and the result is not
/// always what the class seems to say: POSIX classes that are complements ([:graph:] [:print:])
/// form an alternative of their own, joined with "or" even under negation.
class CharClass {
 public:
  struct Members {
    std::vector<CodeRange> ranges;
    CategorySet categories = 0;
  };
  struct Parts {
    Members listed;               ///< First alternative: what is listed ...
    bool has_listed = false;      ///< (without members and negated it holds everything)
    bool listed_negated = false;  ///< ... or what is not.
    CategorySet complement =
        0;  ///< Second alternative, if not 0: what is in none of these categories ...
    bool complement_negated = false;  ///< ... or in one of them.
    bool nocase = false;
  };

  CharClass() = default;  ///< Contains nothing.
  explicit CharClass(Parts parts);

  bool contains(char32_t code) const {
    return code < 0x80 ? (ascii_[code / 64] >> (code % 64) & 1U) != 0 : find(code);
  }

 private:
  bool find(char32_t code) const;
  Parts parts_;
  std::array<std::uint64_t, 2> ascii_{};
};

struct ParsedClass {
  CharClass members;
  bool holds_nothing = false;
  std::size_t length =
      0;  ///< Characters of the pattern; 0: the '[' opens no class and stands for itself.
};

/// Reads the class at `pattern[at]`, which is '['. A class that can hold nothing swallows the rest
/// of the pattern.
ParsedClass parse_class(TextView pattern, std::size_t at, bool nocase);

}  // namespace sluice::codec::glob
