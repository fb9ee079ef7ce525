#include "sluice/codec/units.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace sluice::codec {
namespace {

__extension__ using Wide = unsigned __int128;  // holds any product below without overflow

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number digits / scale.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;  ///< A power of ten.

  /// The number times `unit`, rounded down.
  std::optional<std::uint64_t> times(std::uint64_t unit, std::uint64_t limit) const {
    const Wide product = Wide{digits} * unit / scale;
    return product <= limit ? std::optional(static_cast<std::uint64_t>(product)) : std::nullopt;
  }
};

/// Takes "12" or "1.5" from the front: at least one digit on either side of a point, 19 digits in
/// all at most.
std::optional<Decimal> take_decimal(std::string_view& text) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / 10 - 1;
  Decimal number;
  bool after_point = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !after_point)); ++at) {
    if (text[at] == '.') {
      after_point = true;
      if (at == 0) return std::nullopt;
      continue;
    }
    if (number.digits > most || number.scale > most) return std::nullopt;
    number.digits = number.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
    if (after_point) number.scale *= 10;
  }
  if (at == 0 || text[at - 1] == '.') return std::nullopt;
  text.remove_prefix(at);
  return number;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view size_letters = "kmgtpe";

/// The unit that "k", "kb" or "kib" stands for, in any case; 1 for "" and "b".
std::optional<std::uint64_t> size_unit(std::string_view suffix) {
  if (suffix.empty()) return 1;
  const std::size_t letter = size_letters.find(lower(suffix.front()));
  if (letter != std::string_view::npos) suffix.remove_prefix(1);
  const std::uint64_t unit =
      letter == std::string_view::npos ? 1 : std::uint64_t{1} << (10 * (letter + 1));
  if (suffix.empty()) return unit;
  if (unit > 1 && lower(suffix.front()) == 'i') suffix.remove_prefix(1);
  if (suffix.empty() || (suffix.size() == 1 && lower(suffix.front()) == 'b')) return unit;
  return std::nullopt;
}

struct TimeUnit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr std::uint64_t no_unit = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t second = 1'000'000'000;
constexpr TimeUnit bare_unit = {"s", second};
constexpr std::array<TimeUnit, 8> time_units = {{{"w", 7 * 86400 * second},
                                                 {"d", 86400 * second},
                                                 {"h", 3600 * second},
                                                 {"m", 60 * second},
                                                 bare_unit,
                                                 {"ms", 1'000'000},
                                                 {"us", 1'000},
                                                 {"ns", 1}}};

/// Takes the unit at the front, which ends where the next number begins.
const TimeUnit* take_time_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length]) && text[length] != '.')
    ++length;
  for (const TimeUnit& unit : time_units) {
    if (text.substr(0, length) != unit.name) continue;
    text.remove_prefix(length);
    return &unit;
  }
  return nullptr;
}

/// One digit after the point, unless it is zero.
std::string in_tenths(std::uint64_t tenths, std::string_view unit) {
  if (tenths % 10 == 0) return fmt::format("{}{}", tenths / 10, unit);
  return fmt::format("{}.{}{}", tenths / 10, tenths % 10, unit);
}

std::string whole_seconds_text(std::uint64_t seconds) {
  const std::uint64_t minutes = seconds / 60;
  const std::uint64_t hours = minutes / 60;
  if (hours >= 24)
    return fmt::format("{}d{:02}h{:02}m{:02}s", hours / 24, hours % 24, minutes % 60, seconds % 60);
  if (hours > 0) return fmt::format("{}h{:02}m{:02}s", hours, minutes % 60, seconds % 60);
  return fmt::format("{}m{:02}s", minutes, seconds % 60);
}

std::string magnitude_text(std::uint64_t nanoseconds) {
  const auto tenths_of = [nanoseconds](std::uint64_t unit) {
    return (nanoseconds + unit / 20) / (unit / 10);
  };
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < 1'000) return fmt::format("{}ns", nanoseconds);
  // Each is left to the next larger unit when it would round up to one of it.
  if (tenths_of(1'000) < 10'000) return in_tenths(tenths_of(1'000), "us");
  if (tenths_of(1'000'000) < 10'000) return in_tenths(tenths_of(1'000'000), "ms");
  if (tenths_of(second) < 600) return in_tenths(tenths_of(second), "s");
  return whole_seconds_text((nanoseconds + second / 2) / second);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_decimal(text);
  if (!number) return std::nullopt;
  const auto unit = size_unit(text);
  if (!unit) return std::nullopt;
  return number->times(*unit, std::numeric_limits<std::uint64_t>::max());
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  unsigned shift = 10;
  const auto tenths = [bytes](unsigned by) {
    return static_cast<std::uint64_t>((Wide{bytes} * 10 + (Wide{1} << (by - 1))) >> by);
  };
  while (shift < 60 && tenths(shift) >= 10240)
    shift += 10;  // "1024 KiB" is written as "1 MiB"
  const std::string unit = fmt::format(" {}iB", "KMGTPE"[shift / 10 - 1]);
  return in_tenths(tenths(shift), unit);
}

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr auto limit = static_cast<std::uint64_t>(Duration::max().count());
  std::uint64_t total = 0;
  std::uint64_t smallest = no_unit;
  do {
    const auto number = take_decimal(text);
    if (!number) return std::nullopt;
    const bool bare = text.empty() && smallest == no_unit;
    const TimeUnit* const unit = bare ? &bare_unit : take_time_unit(text);
    if (!unit || unit->nanoseconds >= smallest) return std::nullopt;
    smallest = unit->nanoseconds;
    const auto part = number->times(unit->nanoseconds, limit - total);
    if (!part) return std::nullopt;
    total += *part;
  } while (!text.empty());
  return Duration(static_cast<std::int64_t>(total));
}

std::string format_duration(Duration duration) {
  const auto bits = static_cast<std::uint64_t>(duration.count());
  // Negated as unsigned: the shortest Duration has no positive counterpart.
  return duration < Duration(0) ? "-" + magnitude_text(0 - bits) : magnitude_text(bits);
}

}  // namespace sluice::codec
