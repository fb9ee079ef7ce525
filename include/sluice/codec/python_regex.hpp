#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::codec {

// Patterns as Python's `re` has them, matched by RE2 in linear time. Pure; callable from any
// thread.

/// The pattern as RE2 writes it, so that it matches what `re.match` would (docs/glue.md names what
/// is left different: `$` is the end only, `\b` knows ASCII). Throws Error{invalid_input} that says
/// what is wrong and at which byte: no pattern of Python's, or one that needs look-around,
/// back-references, conditionals, atomic groups or possessive quantifiers, which RE2 cannot do.
std::string re2_from_python(std::string_view pattern);

/// Patterns in order, all tried on a text at once.
class PatternSet {
 public:
  /// Throws as re2_from_python(), also for what RE2 finds too large (8 MiB a pattern).
  explicit PatternSet(std::span<const std::string> patterns);
  ~PatternSet();
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;

  /// The index of the first pattern that matches at the beginning of `text` (re.match), nullopt if
  /// none does. In a text that is not UTF-8, each malformed byte counts as U+FFFD.
  std::optional<std::size_t> first_match(std::string_view text) const;
  /// The same for two forms of a name at once: the lowest pattern that matches either.
  std::optional<std::size_t> first_match(std::string_view text, std::string_view other) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
