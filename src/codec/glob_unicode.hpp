#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::codec::glob {

/// General categories, as coarse as the POSIX classes need them. The order is that of the generated
/// table.
enum class Category : std::uint8_t {
  letter_upper,
  letter_lower,
  letter_other,
  number_letter,
  number_digit,
  separator_space,
  separator_other,
  control,
  other,
  punctuation_connector,
  punctuation,
  symbol,
  none,
};

using CategorySet = std::uint32_t;
constexpr CategorySet set_of(Category category) {
  return CategorySet{1} << static_cast<unsigned>(category);
}

struct CodeRange {
  char32_t first, last;
};

/// Every `stride`-th character from `first` to `last` folds to itself plus `delta`.
struct FoldRun {
  char32_t first, last;
  std::uint32_t stride;
  std::int32_t delta;
};

// The generated tables. A category run is 16 * first code + category, up to the next run's first
// code.
extern const std::span<const std::uint32_t> category_runs;
extern const std::span<const FoldRun> fold_runs;
extern const std::span<const CodeRange> cased_unfolded;

/// Characters above Unicode (raw bytes) are `other`, as unassigned ones.
Category category_of(char32_t code);

/// Simple case folding: two characters are equal without case if they fold to the same one.
char32_t fold_slow(char32_t code);
inline char32_t fold(char32_t code) {
  if (code < 0x80) return code >= U'A' && code <= U'Z' ? code + 32 : code;
  return fold_slow(code);
}

/// All characters that are equal to one without case, itself included.
struct Equivalents {
  std::array<char32_t, 6> codes{};
  std::size_t count = 0;
};
Equivalents equivalents_of(char32_t code);

/// Whether JavaScript's toUpperCase and toLowerCase differ for it.
bool is_cased(char32_t code);

}  // namespace sluice::codec::glob
