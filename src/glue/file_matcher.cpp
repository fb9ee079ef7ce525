#include "sluice/glue/file_matcher.hpp"

namespace sluice::glue {

const codec::PatternSet& FileMatcher::compiled(const std::vector<std::string>& patterns) {
  const auto known = cache_.find(patterns);
  if (known != cache_.end()) return known->second;
  return cache_.emplace(patterns, codec::PatternSet(patterns)).first->second;
}

bool FileMatcher::matches(std::string_view filename, const std::string& pattern) {
  return compiled({pattern}).first_match(filename).has_value();
}

bool FileMatcher::matches_any(std::string_view filename, const std::vector<std::string>& patterns) {
  return compiled(patterns).first_match(filename).has_value();
}

const std::string* FileMatcher::get_matched_pattern(std::string_view filename,
                                                    const std::vector<std::string>& patterns) {
  const auto index = compiled(patterns).first_match(filename);
  return index ? &patterns[*index] : nullptr;
}

std::vector<std::string> FileMatcher::filter_files(const std::vector<std::string>& files,
                                                   const std::string& pattern) {
  const codec::PatternSet& set = compiled({pattern});
  std::vector<std::string> kept;
  for (const std::string& file : files) {
    if (set.first_match(file)) kept.push_back(file);
  }
  return kept;
}

std::map<std::string, std::vector<std::string>> FileMatcher::filter_files_multi_pattern(
    const std::vector<std::string>& files, const std::vector<std::string>& patterns) {
  std::map<std::string, std::vector<std::string>> kept;
  for (const std::string& pattern : patterns)
    kept[pattern];
  const codec::PatternSet& set = compiled(patterns);
  for (const std::string& file : files) {
    if (const auto index = set.first_match(file)) kept[patterns[*index]].push_back(file);
  }
  return kept;
}

}  // namespace sluice::glue
