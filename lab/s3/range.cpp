#include "s3/range.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::lab {
namespace {

constexpr std::string_view unit = "bytes=";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

RangeAnswer suffix_range(std::uint64_t wanted, std::uint64_t size) {
  if (wanted == 0 || size == 0) return {.kind = RangeKind::unsatisfiable, .range = {}};
  const auto length = std::min(wanted, size);
  return {.kind = RangeKind::part, .range = {.first = size - length, .last = size - 1}};
}

}  // namespace

RangeAnswer apply_range(std::string_view field, std::uint64_t size) {
  if (!field.starts_with(unit)) return {};
  const auto spec = field.substr(unit.size());
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
  const auto first = number(spec.substr(0, dash));
  const auto last_text = spec.substr(dash + 1);
  const auto last = number(last_text);
  if (dash == 0) return last ? suffix_range(*last, size) : RangeAnswer{};
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return {};
  if (*first >= size) return {.kind = RangeKind::unsatisfiable, .range = {}};
  return {.kind = RangeKind::part,
          .range = {.first = *first, .last = std::min(last.value_or(size - 1), size - 1)}};
}

std::optional<ByteRange> parse_closed_range(std::string_view field) {
  if (!field.starts_with(unit)) return std::nullopt;
  const auto spec = field.substr(unit.size());
  const auto dash = std::min(spec.find('-'), spec.size());
  const auto first = number(spec.substr(0, dash));
  const auto last = dash < spec.size() ? number(spec.substr(dash + 1)) : std::nullopt;
  if (!first || !last || *last < *first) return std::nullopt;
  return ByteRange{.first = *first, .last = *last};
}

}  // namespace sluice::lab
