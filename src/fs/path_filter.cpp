#include "sluice/fs/path_filter.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr codec::GlobOptions glob_options{.dot = true};

// A last part "**" takes any name at any depth, so one match below a directory stands for all of
// them. A negated pattern has no such rule: it matches what its tail does not.
bool covers_trees(std::string_view pattern) {
  const bool negated = pattern.starts_with('!');
  return !negated && (pattern == "**" || pattern.ends_with("/**"));
}

std::string directory_of_common_prefix(std::string_view a, std::string_view b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  const std::string_view common(a.begin(), end);
  return std::string(common.substr(0, common.rfind('/') + 1));
}

}  // namespace

PathFilter::PathFilter(const WalkOptions& options) {
  for (const std::string& pattern : options.include)
    include_.emplace_back(pattern, glob_options);
  for (const std::string& pattern : options.exclude) {
    exclude_.push_back({codec::Glob(pattern, glob_options), covers_trees(pattern)});
  }
}

bool PathFilter::accepts(std::string_view relative_path) const {
  const auto matches = [&](const codec::Glob& glob) { return glob.matches(relative_path); };
  if (!include_.empty() && std::ranges::none_of(include_, matches)) return false;
  return std::ranges::none_of(exclude_, matches, &Exclusion::glob);
}

bool PathFilter::may_accept_below(std::string_view directory) const {
  if (excludes_all_below(directory)) return false;
  const auto may_match = [&](const codec::Glob& glob) { return glob.may_match_below(directory); };
  return include_.empty() || std::ranges::any_of(include_, may_match);
}

bool PathFilter::excludes_all_below(std::string_view directory) const {
  std::string probe;
  for (const Exclusion& exclusion : exclude_) {
    if (!exclusion.covers_trees) continue;
    if (probe.empty()) {
      if (!directory.empty()) probe.append(directory).push_back('/');
      probe.append("\x01");  // a name that only a wildcard takes
    }
    if (exclusion.glob.matches(probe)) return true;
  }
  return false;
}

std::string PathFilter::literal_prefix() const {
  if (include_.empty()) return {};
  std::string prefix = include_.front().literal_prefix();
  for (const codec::Glob& glob : include_) {
    prefix = directory_of_common_prefix(prefix, glob.literal_prefix());
  }
  return prefix;
}

}  // namespace sluice
