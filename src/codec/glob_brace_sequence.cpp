#include "codec/glob_brace_sequence.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/glob_braces.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec::glob {
namespace {

constexpr std::int64_t max_exact =
    (std::int64_t{1} << 53U) - 1;  // what a JavaScript number holds exactly
constexpr std::int64_t min_large_range = 100;

bool is_digit(char32_t code) {
  return code >= U'0' && code <= U'9';
}
bool is_letter(char32_t code) {
  return (code >= U'a' && code <= U'z') || (code >= U'A' && code <= U'Z');
}

bool is_integer(TextView text) {
  if (text.starts_with(U'-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "0" followed by a digit, after an optional sign: then all values get the width of the longer
// bound.
bool is_padded(TextView text) {
  if (text.starts_with(U'-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == U'0' && is_digit(text[1]);
}

// Beyond what is exact: nullopt.
std::optional<std::int64_t> integer(TextView text) {
  const bool negative = text.starts_with(U'-');
  if (negative) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char32_t digit : text) {
    value = value * 10 + static_cast<std::int64_t>(digit - U'0');
    if (value > max_exact) return std::nullopt;
  }
  return negative ? -value : value;
}

std::int64_t exact_integer(TextView text) {
  const std::optional<std::int64_t> value = integer(text);
  if (value) return *value;
  throw Error(ErrorCode::invalid_input, "compile glob", "",
              "a number in a brace range is beyond 2^53");
}

struct Bounds {
  TextView first, last, step;  // step: empty if there is none
};

std::optional<Bounds> split(TextView body) {
  const std::size_t dots = body.find(U"..");
  if (dots == TextView::npos) return std::nullopt;
  Bounds bounds{body.substr(0, dots), body.substr(dots + 2), {}};
  const std::size_t more = bounds.last.find(U"..");
  if (more != TextView::npos) {
    bounds.step = bounds.last.substr(more + 2);
    bounds.last = bounds.last.substr(0, more);
    if (!is_integer(bounds.step)) return std::nullopt;
  }
  const bool numbers = is_integer(bounds.first) && is_integer(bounds.last);
  const auto is_one_letter = [](TextView text) { return text.size() == 1 && is_letter(text[0]); };
  if (!numbers && !(is_one_letter(bounds.first) && is_one_letter(bounds.last))) return std::nullopt;
  return bounds;
}

Text spelled(std::int64_t value, std::size_t width) {
  std::string digits = std::to_string(std::abs(value));
  const std::size_t length = digits.size() + (value < 0 ? 1 : 0);
  if (length < width) digits.insert(0, width - length, '0');
  if (value < 0) digits.insert(0, 1, '-');
  return Text(digits.begin(), digits.end());
}

// A backslash between 'Z' and 'a' comes out empty, as in brace-expansion.
Text letter(std::int64_t code) {
  return code == U'\\' ? Text() : Text(1, static_cast<char32_t>(code));
}

}  // namespace

bool is_sequence(TextView body) {
  return split(body).has_value();
}

std::optional<std::vector<Text>> sequence_values(TextView body) {
  const std::optional<Bounds> bounds = split(body);
  if (!bounds) return std::nullopt;
  const bool letters = is_letter(bounds->first[0]);
  const auto bound = [letters](TextView text) {
    return letters ? static_cast<std::int64_t>(text[0]) : exact_integer(text);
  };
  const std::int64_t first = bound(bounds->first), last = bound(bounds->last);
  const std::int64_t step =
      bounds->step.empty() ? 1 : std::max<std::int64_t>(std::abs(exact_integer(bounds->step)), 1);
  const std::int64_t count = std::abs(last - first) / step + 1;
  if (count > static_cast<std::int64_t>(max_alternatives)) {
    throw Error(ErrorCode::invalid_input, "compile glob", "",
                "a brace range has more than 10,000 values");
  }
  const bool padded =
      is_padded(bounds->first) || is_padded(bounds->last) || is_padded(bounds->step);
  const std::size_t width = padded ? std::max(bounds->first.size(), bounds->last.size()) : 0;
  std::vector<Text> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t value = last < first ? first - i * step : first + i * step;
    values.push_back(letters ? letter(value) : spelled(value, width));
  }
  return values;
}

std::optional<NumericRange> large_range(TextView body) {
  const std::optional<Bounds> bounds = split(body);
  if (!bounds || !bounds->step.empty() || is_letter(bounds->first[0])) return std::nullopt;
  const std::optional<std::int64_t> first = integer(bounds->first), last = integer(bounds->last);
  if (!first || !last || std::abs(*first - *last) + 1 < min_large_range) return std::nullopt;
  const bool padded = is_padded(bounds->first) || is_padded(bounds->last);
  const std::size_t width = padded ? std::max(bounds->first.size(), bounds->last.size()) : 0;
  return NumericRange{std::min(*first, *last), std::max(*first, *last),
                      static_cast<unsigned>(width)};
}

}  // namespace sluice::codec::glob
