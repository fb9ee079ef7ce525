#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "ftp/text.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/ftp/listing.hpp"

namespace sluice::ftp {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};

/// Words of a line, each with what follows it.
struct Word {
  std::string_view text;
  std::size_t end = 0;  ///< Where it ends in the line.
};

std::vector<Word> words_of(std::string_view line, std::size_t most) {
  std::vector<Word> words;
  std::size_t at = 0;
  while (words.size() < most) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back({line.substr(at, end - at), end});
    at = end;
  }
  return words;
}

std::optional<int> month_of(std::string_view word) {
  if (word.size() != 3) return std::nullopt;
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = std::ranges::find(months, lower);
  if (found == months.end()) return std::nullopt;
  return static_cast<int>(found - months.begin()) + 1;
}

struct Clock {
  int hour = 0, minute = 0, second = 0;
};

/// "hh:mm" or "hh:mm:ss".
std::optional<Clock> clock_of(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view rest = word.substr(colon + 1);
  const std::size_t second_colon = rest.find(':');
  const auto hour = number_of<int>(word.substr(0, colon));
  const auto minute = number_of<int>(rest.substr(0, second_colon));
  if (!hour || !minute) return std::nullopt;
  Clock clock{*hour, *minute, 0};
  if (second_colon == std::string_view::npos) return clock;
  // Fractions and zones behind the seconds are not told by all.
  const auto second = number_of<int>(rest.substr(second_colon + 1, 2));
  if (!second) return std::nullopt;
  clock.second = *second;
  return clock;
}

struct Time {
  TimePoint moment;
  Duration precision;
};

/// Without a year: the last one in which it does not lie ahead.
std::optional<Time> in_last_year(int month, int day, Clock clock, TimePoint now) {
  const std::chrono::year_month_day today(std::chrono::floor<days>(now));
  const int this_year = static_cast<int>(today.year());
  // February 29th may be four years back, or eight.
  for (int year = this_year + 1; year > this_year - 9; --year) {
    const auto moment = time_of({year, month, day, clock.hour, clock.minute, 0});
    if (moment && *moment <= now + days(1)) return Time{*moment, minutes(1)};
  }
  return std::nullopt;
}

/// "2024-03-01".
std::optional<std::array<int, 3>> iso_date(std::string_view word) {
  if (word.size() != 10 || word[4] != '-' || word[7] != '-') return std::nullopt;
  const auto year = number_of<int>(word.substr(0, 4)), month = number_of<int>(word.substr(5, 2)),
             day = number_of<int>(word.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  return std::array<int, 3>{*year, *month, *day};
}

struct Dated {
  Time time;
  std::size_t words = 0;  ///< So many words are the time.
};

std::optional<Dated> ls_time(const std::vector<Word>& words, std::size_t at, TimePoint now) {
  if (at + 2 >= words.size()) return std::nullopt;
  auto month = month_of(words[at].text);
  auto day = number_of<int>(words[at + 1].text);
  if (!month) {  // "1 Mar 2024" of some locales
    month = month_of(words[at + 1].text);
    day = number_of<int>(words[at].text);
  }
  if (!month || !day) return std::nullopt;
  const auto clock = clock_of(words[at + 2].text);
  if (clock) {
    const auto time = in_last_year(*month, *day, *clock, now);
    return time ? std::optional(Dated{*time, 3}) : std::nullopt;
  }
  const auto year = number_of<int>(words[at + 2].text);
  const auto moment = year ? time_of({*year, *month, *day, 0, 0, 0}) : std::nullopt;
  return moment ? std::optional(Dated{{*moment, days(1)}, 3}) : std::nullopt;
}

std::optional<Dated> iso_time(const std::vector<Word>& words, std::size_t at) {
  if (at + 1 >= words.size()) return std::nullopt;
  const auto date = iso_date(words[at].text);
  const auto clock = clock_of(words[at + 1].text);
  if (!date || !clock) return std::nullopt;
  const auto moment =
      time_of({(*date)[0], (*date)[1], (*date)[2], clock->hour, clock->minute, clock->second});
  if (!moment) return std::nullopt;
  const bool seconds = words[at + 1].text.find(':') != words[at + 1].text.rfind(':');
  const bool zone = at + 2 < words.size() && words[at + 2].text.size() == 5 &&
                    (words[at + 2].text[0] == '+' || words[at + 2].text[0] == '-');
  return Dated{{*moment, seconds ? Duration(std::chrono::seconds(1)) : Duration(minutes(1))},
               zone ? 3U : 2U};
}

// --- as ls -l -----------------------------------------------------------------------------------

std::optional<FileType> unix_type(char letter) {
  switch (letter) {
    case '-':
      return FileType::regular;
    case 'd':
      return FileType::directory;
    case 'l':
      return FileType::symlink;
    case 'b':
    case 'c':
    case 'p':
    case 's':
    case 'D':
      return FileType::other;
    default:
      return std::nullopt;
  }
}

/// "rwxr-s--t", with one more character for access lists.
std::optional<std::uint32_t> mode_of(std::string_view text) {
  if (text.size() < 9) return std::nullopt;
  std::uint32_t mode = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    const char c = text[i];
    const std::uint32_t bit = 1U << (8 - i);
    const bool set = c == 'r' || c == 'w' || c == 'x' || c == 's' || c == 't';
    if (!set && c != '-' && c != 'S' && c != 'T') return std::nullopt;
    if (set) mode |= bit;
    if (c == 's' || c == 'S') mode |= i == 2 ? 04000U : 02000U;
    if (c == 't' || c == 'T') mode |= 01000U;
  }
  return mode;
}

/// The time says where all else is: the size is the word before it, the name all behind it.
std::optional<Entry> unix_line(std::string_view line, TimePoint now) {
  const auto type = line.empty() ? std::nullopt : unix_type(line.front());
  const std::vector<Word> words = words_of(line, 12);
  if (!type || words.size() < 5 || words[0].text.size() < 2) return std::nullopt;
  const auto mode = mode_of(words[0].text.substr(1));
  const bool novell = words[0].text.size() == 1 || words[1].text.starts_with('[');
  if (!mode && !novell) return std::nullopt;
  for (std::size_t at = 2; at < words.size(); ++at) {
    auto dated = ls_time(words, at, now);
    if (!dated) dated = iso_time(words, at);
    const auto size = number_of<std::uint64_t>(words[at - 1].text);
    // Devices have two numbers there; what they are is not asked.
    if (!dated || (!size && *type != FileType::other && *type != FileType::directory)) continue;
    const std::size_t name_at = words[at + dated->words - 1].end + 1;
    if (name_at >= line.size()) return std::nullopt;
    Entry entry;
    entry.name = line.substr(name_at);
    entry.type = *type;
    if (*type != FileType::other) entry.size = size;
    entry.modified = dated->time.moment;
    entry.precision = dated->time.precision;
    entry.mode = mode;
    return entry;
  }
  return std::nullopt;
}

void split_link(Entry& entry) {
  const std::size_t arrow = entry.name.find(" -> ");
  if (entry.type != FileType::symlink || arrow == std::string::npos || arrow == 0) return;
  entry.link_target = entry.name.substr(arrow + 4);
  entry.name.erase(arrow);
}

// --- others -------------------------------------------------------------------------------------

/// "03-01-24  09:05PM  <DIR>  name", or a size in the place of <DIR>.
std::optional<Entry> dos_line(std::string_view line) {
  const std::vector<Word> words = words_of(line, 3);
  if (words.size() < 3) return std::nullopt;
  const std::string_view date = words[0].text, time = words[1].text;
  if ((date.size() != 8 && date.size() != 10) || date[2] != date[5] ||
      (date[2] != '-' && date[2] != '/'))
    return std::nullopt;
  const auto month = number_of<int>(date.substr(0, 2)), day = number_of<int>(date.substr(3, 2));
  auto year = number_of<int>(date.substr(6));
  const std::size_t digits = std::min(time.find_first_not_of("0123456789:"), time.size());
  auto clock = clock_of(time.substr(0, digits));
  const std::string_view half = time.substr(digits);
  if (!month || !day || !year || !clock) return std::nullopt;
  if (half == "PM" || half == "pm") clock->hour = clock->hour % 12 + 12;
  if (half == "AM" || half == "am") clock->hour %= 12;
  if (date.size() == 8) *year += *year < 70 ? 2000 : 1900;
  const auto moment = time_of({*year, *month, *day, clock->hour, clock->minute, 0});
  const auto size = number_of<std::uint64_t>(words[2].text);
  const bool directory = words[2].text == "<DIR>";
  const bool link = words[2].text == "<JUNCTION>" || words[2].text == "<SYMLINK>" ||
                    words[2].text == "<SYMLINKD>";
  if (!moment || (!size && !directory && !link)) return std::nullopt;
  Entry entry;
  const std::size_t name_at = line.find_first_not_of(' ', words[2].end);
  if (name_at == std::string_view::npos) return std::nullopt;
  entry.name = line.substr(name_at);
  entry.type = directory ? FileType::directory : link ? FileType::symlink : FileType::regular;
  entry.size = size;
  entry.modified = moment;
  entry.precision = minutes(1);
  return entry;
}

/// "+i8388621.48594,m825718503,r,s280,\tname" (Easily Parsed LIST Format).
std::optional<Entry> eplf_line(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (!line.starts_with('+') || tab == std::string_view::npos) return std::nullopt;
  Entry entry;
  entry.type = FileType::other;
  std::string_view facts = line.substr(1, tab - 1);
  while (!facts.empty()) {
    const std::size_t comma = std::min(facts.find(','), facts.size());
    const std::string_view fact = facts.substr(0, comma);
    facts.remove_prefix(std::min(comma + 1, facts.size()));
    if (fact == "/") entry.type = FileType::directory;
    if (fact == "r") entry.type = FileType::regular;
    if (fact.starts_with('s')) entry.size = number_of<std::uint64_t>(fact.substr(1));
    const auto seconds =
        fact.starts_with('m') ? number_of<std::int64_t>(fact.substr(1)) : std::nullopt;
    if (seconds && *seconds < 9'000'000'000)
      entry.modified = TimePoint(std::chrono::seconds(*seconds));
  }
  entry.name = line.substr(tab + 1);
  return entry.name.empty() ? std::nullopt : std::optional(std::move(entry));
}

/// "QSYS  77824 12/03/24 15:09:25 *DIR  name/" of IBM i. Objects other than files are passed on as
/// what they are.
std::optional<Entry> as400_line(std::string_view line) {
  const std::vector<Word> words = words_of(line, 6);
  if (words.size() < 6 || !words[4].text.starts_with('*')) return std::nullopt;
  const auto size = number_of<std::uint64_t>(words[1].text);
  const std::string_view date = words[2].text;
  const auto clock = clock_of(words[3].text);
  if (!size || date.size() != 8 || date[2] != '/' || date[5] != '/' || !clock) return std::nullopt;
  // As most systems have it set: month, day, year; a first number over 12 is the year.
  const auto first = number_of<int>(date.substr(0, 2)), second = number_of<int>(date.substr(3, 2)),
             third = number_of<int>(date.substr(6));
  if (!first || !second || !third) return std::nullopt;
  const bool year_first = *first > 12;
  const int year = 2000 + (year_first ? *first : *third);
  const auto moment = time_of({year, year_first ? *second : *first, year_first ? *third : *second,
                               clock->hour, clock->minute, clock->second});
  if (!moment) return std::nullopt;
  Entry entry;
  entry.name = line.substr(line.find_first_not_of(' ', words[4].end));
  if (entry.name.ends_with('/')) entry.name.pop_back();
  if (entry.name.empty()) return std::nullopt;
  const std::string_view kind = words[4].text;
  entry.type =
      kind == "*DIR" || kind == "*FLR" || kind == "*LIB" ? FileType::directory
      : kind == "*STMF" || kind == "*FILE" || kind == "*DSTMF" || kind == "*DOC" || kind == "*MEM"
          ? FileType::regular
          : FileType::other;
  entry.size = size;
  entry.modified = moment;
  return entry;
}

bool names_nothing(std::string_view line) {
  const std::vector<Word> words = words_of(line, 3);
  if (words.empty()) return true;
  return words.size() == 2 && (words[0].text == "total" || words[0].text == "Total") &&
         number_of<std::uint64_t>(words[1].text).has_value();
}

}  // namespace

std::optional<Entry> parse_list_line(std::string_view line, TimePoint now) {
  if (names_nothing(line)) return std::nullopt;
  auto entry = unix_line(line, now);
  if (!entry) entry = dos_line(line);
  if (!entry) entry = eplf_line(line);
  if (!entry) entry = as400_line(line);
  if (!entry)
    throw Error(ErrorCode::protocol, "reading a listing", "",
                "a line cannot be read: " + one_line(line, 200));
  split_link(*entry);
  if (entry->name == "." || entry->name == "..") return std::nullopt;
  return entry;
}

}  // namespace sluice::ftp
