#pragma once

#include <compare>
#include <string>
#include <utility>

namespace sluice {

/// A string that cannot be mistaken for another kind of string: `using Bucket = Named<struct
/// BucketTag>`.
template <class Tag>
class Named {
 public:
  Named() = default;
  explicit Named(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Named&, const Named&) = default;

 private:
  std::string text_;
};

}  // namespace sluice
