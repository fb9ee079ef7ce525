#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "s3/object.hpp"

namespace sluice::lab {

enum class SyntheticLayout : std::uint8_t { flat, dirs };

struct SyntheticOptions {
  std::uint64_t count = 0;
  std::uint64_t size = 0;  ///< Bytes of each object.
  SyntheticLayout layout = SyntheticLayout::flat;
};

/// "1000000x4096". Throws Error{config}.
SyntheticOptions parse_synthetic(std::string_view text);

/// Objects that exist without being stored: keys and bytes are functions of the index. Up to 251
/// contents take turns, so that mixed-up files show, and each content's ETag and checksum are
/// computed once, when first asked for.
///   flat: "object-00000042";  dirs: "dir-00000/object-00042", 100 a directory. Both sort by index.
class SyntheticObjects {
 public:
  SyntheticObjects(const SyntheticOptions& options, TimePoint modified);

  std::uint64_t count() const { return options_.count; }
  std::string key(std::uint64_t index) const;
  std::uint64_t at_or_after(
      std::string_view key) const;  ///< The first index whose key is not below; count() at the end.
  ObjectPtr object(std::uint64_t index) const;
  ObjectPtr find(std::string_view key) const;  ///< Null if there is none.

 private:
  SyntheticOptions options_;
  TimePoint modified_;
  std::shared_ptr<const std::string> block_;
  mutable std::vector<ObjectPtr> variants_;  ///< Filled as they are asked for.
};

}  // namespace sluice::lab
