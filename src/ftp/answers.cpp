#include "sluice/ftp/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "ftp/text.hpp"
#include "sluice/core/error.hpp"

namespace sluice::ftp {
namespace {

// A server that names a port of the system's own services wants us to talk to one of these.
constexpr std::uint32_t least_port = 1024;

[[noreturn]] void refuse(const char* command, std::string reason) {
  throw Error(ErrorCode::protocol, command, "", std::move(reason));
}

std::uint16_t usable_port(const char* command, std::uint32_t port) {
  if (port < least_port || port > 65535)
    refuse(command, fmt::format("the server names port {} for data", port));
  return static_cast<std::uint16_t>(port);
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

void note(Features& features, const std::string& line) {
  const std::string name = line.substr(0, line.find(' '));
  if (name == "MLST" || name == "MLSD") features.mlst = true;
  if (name == "SIZE") features.size = true;
  if (name == "MDTM") features.mdtm = true;
  if (name == "MFMT") features.mfmt = true;
  if (name == "UTF8") features.utf8 = true;
  if (name == "CLNT") features.clnt = true;
  if (name == "PRET") features.pret = true;
  if (name == "EPSV") features.epsv = true;
  if (line.starts_with("REST STREAM")) features.rest_stream = true;
  if (name == "AUTH" && line.find("TLS") != std::string::npos) features.auth_tls = true;
}

/// Six numbers up to 255 with commas between them, from `text` on.
std::optional<std::array<std::uint32_t, 6>> six_numbers(std::string_view text) {
  std::array<std::uint32_t, 6> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = number_of<std::uint32_t>(text.substr(0, digits));
    if (!number || *number > 255) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(digits);
    if (i == 5) return numbers;
    if (!text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
    while (text.starts_with(' '))
      text.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

Features parse_features(const Reply& feat) {
  Features features;
  if (feat.lines.size() < 3) return features;
  for (std::size_t i = 1; i + 1 < feat.lines.size(); ++i) {
    std::string line = upper_case(feat.lines[i]);
    if (line.starts_with("211-")) line.erase(0, 4);
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    note(features, line);
  }
  return features;
}

std::uint16_t parse_extended_passive(const Reply& reply) {
  const std::string text = reply.text();
  const std::size_t open = text.rfind('(');
  // "(|||port|)", with any character for the bar.
  if (open == std::string::npos || text.size() < open + 6)
    refuse("EPSV", "the server names no port");
  const char bar = text[open + 1];
  if (text[open + 2] != bar || text[open + 3] != bar || (bar >= '0' && bar <= '9'))
    refuse("EPSV", "the server names no port");
  const std::size_t begin = open + 4;
  const std::size_t end = text.find(bar, begin);
  if (end == std::string::npos) refuse("EPSV", "the server names no port");
  const auto port = number_of<std::uint32_t>(std::string_view(text).substr(begin, end - begin));
  if (!port) refuse("EPSV", "the server names no port");
  return usable_port("EPSV", *port);
}

std::uint16_t parse_passive(const Reply& reply) {
  const std::string text = reply.text();
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool digit = text[at] >= '0' && text[at] <= '9';
    const bool inside = at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9';
    if (!digit || inside) continue;
    const auto numbers = six_numbers(std::string_view(text).substr(at));
    if (numbers) return usable_port("PASV", (*numbers)[4] * 256 + (*numbers)[5]);
  }
  refuse("PASV", "the server names no port");
}

std::optional<std::string> parse_path(const Reply& reply) {
  if (reply.lines.empty()) return std::nullopt;
  const std::string& line = reply.lines.front();
  const std::size_t open = line.find('"');
  if (open == std::string::npos) return std::nullopt;
  std::string path;
  for (std::size_t i = open + 1; i < line.size(); ++i) {
    if (line[i] != '"') {
      path += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      path += line[++i];
    } else {
      return path;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(const Reply& reply) {
  if (reply.lines.empty()) return std::nullopt;
  return number_of<std::uint64_t>(trimmed(reply.lines.back()));
}

bool tells_of_truncation(const Reply& reply) {
  return std::ranges::any_of(reply.lines, [](const std::string& line) {
    return line.find("truncated") != std::string::npos;
  });
}

std::optional<TimePoint> parse_time(std::string_view text) {
  text = trimmed(text);
  std::string digits(text.substr(0, text.find('.')));
  // Servers that wrote "19" and then the years since 1900: "19100" was the year 2000.
  if (digits.size() == 15 && digits.starts_with("191") &&
      digits.find_first_not_of("0123456789") == std::string::npos)
    digits = std::to_string(1900 + *number_of<int>(std::string_view(digits).substr(2, 3))) +
             digits.substr(5);
  if (digits.size() != 14 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const auto part = [&digits](std::size_t at, std::size_t length) {
    return *number_of<int>(std::string_view(digits).substr(at, length));
  };
  auto time = time_of({part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 2), part(12, 2)});
  if (!time || text.find('.') == std::string_view::npos) return time;
  std::string fraction(text.substr(std::min(text.find('.') + 1, text.size())));
  if (fraction.empty() || fraction.find_first_not_of("0123456789") != std::string::npos)
    return time;
  fraction.resize(9, '0');
  return *time + std::chrono::nanoseconds(*number_of<std::int64_t>(fraction));
}

std::string format_time(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time) - day);
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999)
    throw Error(ErrorCode::invalid_input, "MFMT", "", "the time is outside of the years 0 to 9999");
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", year, static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace sluice::ftp
