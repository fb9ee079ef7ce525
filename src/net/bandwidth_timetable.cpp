#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "net/ascii.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/bandwidth.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::net {
namespace {

constexpr int minutes_a_day = 24 * 60;
constexpr std::array<std::string_view, 7> day_names = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};

[[noreturn]] void refuse(std::string_view part, std::string_view reason) {
  throw Error(ErrorCode::invalid_input, "bandwidth limit", std::string(part), std::string(reason));
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  if (equal_names(text, "off") || text == "0") return std::nullopt;
  std::string with_unit(text);
  // As rclone has it: a bare number is KiB a second.
  if (!with_unit.empty() && is_digit(with_unit.back())) with_unit += 'k';
  const auto rate = codec::parse_size(with_unit);
  if (!rate) refuse(text, "a rate is a size such as 512k or 10M, or off");
  if (*rate == 0) return std::nullopt;
  return rate;
}

BandwidthRate parse_rates(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto both = parse_rate(text);
    return {both, both};
  }
  return {parse_rate(text.substr(0, colon)), parse_rate(text.substr(colon + 1))};
}

int parse_number(std::string_view text, int most, std::string_view part) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (text.size() != 2 || !whole || number < 0 || number > most)
    refuse(part, "a time is written as 08:00 or Mon-08:00");
  return number;
}

int parse_day(std::string_view name, std::string_view part) {
  const auto same = [name](std::string_view day) { return equal_names(day, name); };
  const auto found = std::find_if(day_names.begin(), day_names.end(), same);
  if (found == day_names.end()) refuse(part, "a week day is written as Mon");
  return static_cast<int>(found - day_names.begin());
}

void insert_in_order(BandwidthTimetable::Entry entry, BandwidthTimetable& table) {
  const auto later = [&entry](const auto& other) {
    return other.minute_of_week > entry.minute_of_week;
  };
  const auto place = std::find_if(table.entries.begin(), table.entries.end(), later);
  table.entries.insert(place, entry);
}

void add_entry(std::string_view part, BandwidthTimetable& table) {
  const std::size_t comma = part.find(',');
  if (comma == std::string_view::npos)
    refuse(part, "an entry of a timetable is written as 08:00,512k");
  std::string_view time = part.substr(0, comma);
  const BandwidthRate rate = parse_rates(part.substr(comma + 1));
  std::optional<int> day;
  if (const std::size_t dash = time.find('-'); dash != std::string_view::npos) {
    day = parse_day(time.substr(0, dash), part);
    time.remove_prefix(dash + 1);
  }
  const std::size_t colon = time.find(':');
  if (colon == std::string_view::npos) refuse(part, "a time is written as 08:00 or Mon-08:00");
  const int minute = parse_number(time.substr(0, colon), 23, part) * 60 +
                     parse_number(time.substr(colon + 1), 59, part);
  for (int each = day.value_or(0); each <= day.value_or(6); ++each) {
    insert_in_order({.minute_of_week = each * minutes_a_day + minute, .rate = rate}, table);
  }
}

}  // namespace

BandwidthRate BandwidthTimetable::at(int minute_of_week) const {
  if (entries.empty()) return {};
  const auto later = [minute_of_week](const Entry& entry) {
    return entry.minute_of_week > minute_of_week;
  };
  const auto next = std::find_if(entries.begin(), entries.end(), later);
  // Before the first entry of the week, the last one of the week before holds.
  return next == entries.begin() ? entries.back().rate : std::prev(next)->rate;
}

BandwidthTimetable parse_bandwidth(std::string_view text) {
  BandwidthTimetable table;
  const std::string_view whole = trimmed(text);
  if (whole.empty()) refuse(text, "it is empty");
  if (whole.find(',') == std::string_view::npos) {
    table.entries.push_back({.minute_of_week = 0, .rate = parse_rates(whole)});
    return table;
  }
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (space > 0) add_entry(rest.substr(0, space), table);
    rest = trimmed(rest.substr(space));
  }
  return table;
}

}  // namespace sluice::net
