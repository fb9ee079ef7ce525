#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/python_regex.hpp"

namespace sluice::glue {

/// Matches file names against patterns, each compiled once. Lives on one thread.
class FileMatcher {
 public:
  bool matches(std::string_view filename, const std::string& pattern);
  bool matches_any(std::string_view filename, const std::vector<std::string>& patterns);
  /// The first that matches, or nullptr.
  const std::string* get_matched_pattern(std::string_view filename,
                                         const std::vector<std::string>& patterns);
  std::vector<std::string> filter_files(const std::vector<std::string>& files,
                                        const std::string& pattern);
  /// Each file under the first pattern that it matches; every pattern has an entry.
  std::map<std::string, std::vector<std::string>> filter_files_multi_pattern(
      const std::vector<std::string>& files, const std::vector<std::string>& patterns);

 private:
  const codec::PatternSet& compiled(const std::vector<std::string>& patterns);
  std::map<std::vector<std::string>, codec::PatternSet> cache_;
};

}  // namespace sluice::glue
