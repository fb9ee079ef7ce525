#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::state {

struct FlatMember {
  std::string_view name;
  std::string_view text;     ///< Of a string; borrowed from the input.
  std::uint64_t number = 0;  ///< Of an integer.
  bool is_text = false;
};

/// Reads the JSON that this layer writes itself, many times faster than a general parser: one
/// object whose values are strings without escapes or unsigned integers, without white space.
/// Everything else, malformed or merely different, is "not flat" and left to the general parser.
class FlatJson {
 public:
  explicit FlatJson(std::string_view json);

  /// The next member; false at the end, and as soon as the text proves not to be flat.
  bool next(FlatMember& member);
  /// Whether all was flat, well-formed UTF-8, and read to its end.
  bool complete() const;

 private:
  bool fail();
  bool string(std::string_view& text);
  bool number(std::uint64_t& value);

  std::string_view json_;
  std::size_t at_ = 0;
  bool done_ = false, failed_ = false, ascii_ = true, first_ = true;
};

}  // namespace sluice::state
