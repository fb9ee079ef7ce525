#include <fmt/format.h>

#include <charconv>

#include "codec/calendar.hpp"
#include "codec/date_fields.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::codec {

std::string format_epoch_seconds(TimePoint time) {
  const std::int64_t count = time.time_since_epoch().count();
  // Negated as unsigned: the first TimePoint has no positive counterpart.
  const auto bits = static_cast<std::uint64_t>(count);
  const std::uint64_t size = count < 0 ? 0 - bits : bits;
  constexpr std::uint64_t a_second = 1'000'000'000;
  return fmt::format("{}{}{}", count < 0 ? "-" : "", size / a_second,
                     fraction_text(size % a_second));
}

std::optional<TimePoint> parse_epoch_seconds(std::string_view text) {
  const bool before = text.starts_with('-');
  if (before) text.remove_prefix(1);
  if (text.starts_with('-')) return std::nullopt;  // from_chars would take a second sign
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc()) return std::nullopt;
  DateCursor rest(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  const std::int64_t nanoseconds = rest.literal(".") ? rest.fraction() : 0;
  if (!rest.done()) return std::nullopt;
  return before ? time_from_epoch(-seconds, -nanoseconds) : time_from_epoch(seconds, nanoseconds);
}

}  // namespace sluice::codec
