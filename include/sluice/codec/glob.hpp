#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice::codec {

/// The options of the JavaScript package minimatch that change what matches, with its defaults.
struct GlobOptions {
  bool dot = false;  ///< `*` and `**` match names that begin with a dot.
  bool nocase = false;
  bool match_base = false;  ///< A pattern without '/' is tried on the last part of the path.
  bool nobrace = false;     ///< Braces stand for themselves.
  bool noext = false;       ///< "+(a|b)" and its like stand for themselves.
  bool noglobstar = false;  ///< "**" means "*".
  bool nonegate = false;    ///< A leading '!' stands for itself.
  bool nocomment =
      false;  ///< A leading '#' stands for itself; otherwise such a pattern matches nothing.
  bool flip_negate = false;  ///< A negated pattern matches what it would match without its '!'.
};

/// A compiled minimatch pattern: what it matches is what version 11 of the npm package matches, its
/// oddities included (a differential test holds it to that). Immutable, cheap to copy, callable
/// from any thread.
///
/// No pattern can hang it: nothing backtracks. A part of the path takes time linear in its length
/// times that of the pattern's part (with negated extglobs, times its length once more), and "**"
/// is followed in all places at once.
///
/// Patterns and paths are raw bytes. Well-formed UTF-8 counts by code points; any other byte is one
/// character, which only wildcards, negated classes and itself match. Without case, characters are
/// equal as under simple case folding.
///
/// Limits, above which the constructor throws Error{invalid_input}: patterns of 64 KiB; 256
/// extglobs in one part; braces that make 10,000 alternatives or 262,144 characters, that nest 100
/// deep, or that take numbers beyond 2^53 (a range such as {0..99999999} alone is one alternative).
/// And, as a limit of matching: a part of more than 1,024 characters never matches a part of the
/// pattern with a negated extglob "!(...)"; more than 200 runs of parts between "**" match nothing.
class Glob {
 public:
  explicit Glob(std::string_view pattern, GlobOptions options = {});

  /// Runs of slashes count as one. Does not allocate, but for paths of more than 32 parts or large
  /// extglobs.
  bool matches(std::string_view path) const;
  /// Whether some path below the directory `prefix` ("" for the root) can match: false lets a walk
  /// skip it. Never false if a path below could match. A path below is the prefix, '/', and at
  /// least one name: "prefix/" itself is none.
  bool may_match_below(std::string_view prefix) const;
  /// The longest literal directory prefix that every match must begin with, with its '/' ("" if
  /// none): for S3 listings. Paths with empty parts are left out of account: "a/b/*" matches
  /// "a//b/c" too, and its prefix is "a/b/".
  std::string literal_prefix() const;

  struct Program;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace sluice::codec
