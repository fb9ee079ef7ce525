#include "sluice/webdav/date.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "sluice/codec/date.hpp"

namespace sluice::webdav {
namespace {

constexpr std::size_t longest_date = 64;

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view separators = " ,\t";
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t first = text.find_first_not_of(separators);
    if (first == std::string_view::npos) break;
    text.remove_prefix(first);
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "GMT", "UTC", "Z", "+0930".
std::optional<Duration> offset_of(std::string_view zone) {
  if (zone == "GMT" || zone == "UTC" || zone == "UT" || zone == "Z") return Duration(0);
  const bool signed_digits = zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') &&
                             std::ranges::all_of(zone.substr(1), is_digit);
  if (!signed_digits) return std::nullopt;
  const auto two = [zone](std::size_t at) { return (zone[at] - '0') * 10 + (zone[at + 1] - '0'); };
  if (two(1) > 23 || two(3) > 59) return std::nullopt;
  const Duration offset = std::chrono::hours(two(1)) + std::chrono::minutes(two(3));
  return zone[0] == '-' ? -offset : offset;
}

struct Words {
  std::string_view day, month, year, clock, zone;
};

std::optional<TimePoint> time_of(const Words& words) {
  const auto offset = offset_of(words.zone);
  if (!offset || words.day.empty() || words.day.size() > 2) return std::nullopt;
  std::string text = "Sun, ";
  if (words.day.size() == 1) text += '0';
  text.append(words.day).append(" ").append(words.month).append(" ").append(words.year);
  text.append(" ").append(words.clock).append(" GMT");
  const auto time = codec::parse_http_date(text);
  if (!time || *time == TimePoint::max()) return time;
  // Near the ends of what can be said, a zone would lead beyond them.
  constexpr Duration day = std::chrono::hours(24);
  if (*time < TimePoint::min() + day || *time > TimePoint::max() - day) return std::nullopt;
  return *time - *offset;
}

}  // namespace

std::optional<TimePoint> parse_dav_date(std::string_view text) {
  if (text.size() > longest_date) return std::nullopt;
  if (const auto time = codec::parse_http_date(text)) return time;
  if (const auto time = codec::parse_iso8601(text)) return time;
  std::vector<std::string_view> words = words_of(text);
  // "Mon Jan 2 15:04:05 MST 2006"
  if (words.size() == 6 && !is_digit(words[1].front()) && words[3].find(':') != words[3].npos)
    return time_of({words[2], words[1], words[5], words[3], words[4]});
  if (!words.empty() && !is_digit(words.front().front())) words.erase(words.begin());
  if (words.size() != 5) return std::nullopt;
  return time_of({words[0], words[1], words[2], words[3], words[4]});
}

}  // namespace sluice::webdav
