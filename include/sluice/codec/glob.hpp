#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::codec {

/// The options of the JavaScript package minimatch that change what matches, with its defaults.
struct GlobOptions {
  bool dot = false;             ///< `*` and `**` match names that begin with a dot.
  bool nocase = false;
  bool match_base = false;      ///< A pattern without '/' is tried on the last part of the path.
  bool nobrace = false, noext = false, noglobstar = false, nonegate = false, nocomment = false;
  bool flip_negate = false;
};

/// A compiled minimatch pattern. Matching is linear in the path for each alternative: no pattern can hang it.
/// Throws Error{invalid_input} for a pattern over the limits (64 KiB, 10,000 brace alternatives).
class Glob {
 public:
  explicit Glob(std::string_view pattern, GlobOptions options = {});

  bool matches(std::string_view path) const;
  /// Whether some path below the directory `prefix` (no trailing '/') can match: false lets a walk skip it. Never false
  /// if a path below could match.
  bool may_match_below(std::string_view prefix) const;
  /// The longest literal directory prefix that every match must begin with, with its '/' ("" if none): for S3 listings.
  std::string literal_prefix() const;

  struct Program;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace sluice::codec
