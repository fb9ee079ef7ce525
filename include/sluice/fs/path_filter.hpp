#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/glob.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// What WalkOptions::include and exclude let through: no include means all, exclude wins, dotfiles
/// match. Paths are relative to the walk's root, '/'-separated raw bytes. Immutable once made, so
/// it may be asked from any thread. Throws Error{invalid_input} for a pattern over the limits of
/// Glob.
class PathFilter {
 public:
  explicit PathFilter(const WalkOptions& options);

  /// True if there are no patterns at all, so that asking can be saved.
  bool accepts_all() const { return include_.empty() && exclude_.empty(); }
  bool accepts(std::string_view relative_path) const;
  /// Whether a path below `directory` (no trailing '/'; "" is the root) can be accepted: false lets
  /// a walk skip the directory. May err towards true, never towards false.
  bool may_accept_below(std::string_view directory) const;
  /// The longest directory prefix (with its '/', or "") that every accepted path begins with.
  std::string literal_prefix() const;

 private:
  struct Exclusion {
    codec::Glob glob;
    bool covers_trees;  ///< Ends in "**": what it matches, it matches with all that is below.
  };

  bool excludes_all_below(std::string_view directory) const;

  std::vector<codec::Glob> include_;
  std::vector<Exclusion> exclude_;
};

}  // namespace sluice
