#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::lab {

/// Decoded query parameters in the order sent. A parameter without '=' has an empty value.
class Query {
 public:
  Query() = default;
  /// Throws S3Error (InvalidURI) if an escape is malformed.
  explicit Query(std::string_view raw);

  const std::string* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::string_view value_or_empty(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace sluice::lab
