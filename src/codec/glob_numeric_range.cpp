#include <algorithm>
#include <string>
#include <utility>

#include "codec/glob_part_syntax.hpp"

namespace sluice::codec::glob {
namespace {

Item digits(char32_t first, char32_t last) {
  if (first == last) return {Item::Kind::literal, first};
  CharClass::Parts parts;
  parts.listed.ranges.push_back({first, last});
  parts.has_listed = true;
  return {Item::Kind::char_class, 0, CharClass(std::move(parts))};
}

Sequence spelled(const std::string& text) {
  Sequence sequence;
  for (const char c : text)
    sequence.push_back(digits(static_cast<char32_t>(c), static_cast<char32_t>(c)));
  return sequence;
}

// Covers first..last, numbers of at most `width` digits written with `width` digits, by blocks
// "prefix [a-b] any any ...": each is the largest that starts at a round number and stays below the
// end.
void add_blocks(std::int64_t first, std::int64_t last, unsigned width, bool negative,
                std::vector<Sequence>& out) {
  while (first <= last) {
    std::int64_t unit = 1;
    unsigned free = 0;  // digits that may be anything
    while (free + 1 < width && first % (unit * 10) == 0 && first + unit * 10 - 1 <= last) {
      unit *= 10;
      ++free;
    }
    const std::int64_t digit = first / unit % 10;
    const std::int64_t more = std::min(9 - digit, (last - first + 1) / unit - 1);
    std::string prefix = width == free + 1 ? "" : std::to_string(first / unit / 10);
    if (width > free + 1) prefix.insert(0, width - free - 1 - prefix.size(), '0');
    Sequence block = spelled((negative ? "-" : "") + prefix);
    block.push_back(
        digits(static_cast<char32_t>(U'0' + digit), static_cast<char32_t>(U'0' + digit + more)));
    for (unsigned i = 0; i < free; ++i)
      block.push_back(digits(U'0', U'9'));
    out.push_back(std::move(block));
    first += (more + 1) * unit;
  }
}

// `width` 0: every number with as many digits as it needs.
void add_numbers(std::int64_t first, std::int64_t last, unsigned width, bool negative,
                 std::vector<Sequence>& out) {
  if (width != 0) return add_blocks(first, last, width, negative, out);
  while (first <= last) {
    const auto length = static_cast<unsigned>(std::to_string(first).size());
    std::int64_t longest = 9;
    for (unsigned i = 1; i < length; ++i)
      longest = longest * 10 + 9;
    add_blocks(first, std::min(longest, last), length, negative, out);
    first = longest + 1;
  }
}

}  // namespace

std::vector<Sequence> alternatives_of(const NumericRange& range) {
  std::vector<Sequence> all;
  if (range.first < 0) {
    const std::int64_t least = range.last < 0 ? -range.last : 1;
    add_numbers(least, -range.first, range.width == 0 ? 0 : range.width - 1, true, all);
  }
  if (range.last >= 0)
    add_numbers(std::max<std::int64_t>(range.first, 0), range.last, range.width, false, all);
  return all;
}

}  // namespace sluice::codec::glob
