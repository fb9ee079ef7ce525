#include "proxy/passive_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::lab {
namespace {

std::optional<unsigned> number_in(std::string_view text) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<PassivePort> extended_port(std::string_view text, std::size_t line) {
  const std::size_t bars = text.find("(|||", line);
  if (bars == std::string_view::npos) return std::nullopt;
  const std::size_t begin = bars + 4, end = text.find('|', begin);
  if (end == std::string_view::npos) return std::nullopt;
  const auto port = number_in(text.substr(begin, end - begin));
  if (!port || *port > 65535) return std::nullopt;
  return PassivePort{begin, end, static_cast<std::uint16_t>(*port), true};
}

/// The last two of "(h1,h2,h3,h4,p1,p2)".
std::optional<PassivePort> old_port(std::string_view text, std::size_t line) {
  const std::size_t close = text.find(')', line);
  if (close == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.rfind(',', close);
  if (second == std::string_view::npos || second <= line) return std::nullopt;
  const std::size_t first = text.rfind(',', second - 1);
  if (first == std::string_view::npos || first <= line) return std::nullopt;
  const auto high = number_in(text.substr(first + 1, second - first - 1));
  const auto low = number_in(text.substr(second + 1, close - second - 1));
  if (!high || !low || *high > 255 || *low > 255) return std::nullopt;
  return PassivePort{first + 1, close, static_cast<std::uint16_t>(*high * 256 + *low), false};
}

}  // namespace

std::string PassivePort::naming(std::uint16_t other) const {
  return extended ? fmt::format("{}", other) : fmt::format("{},{}", other / 256, other % 256);
}

std::optional<PassivePort> find_passive_port(std::string_view text) {
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) return std::nullopt;
    if (text.substr(line).starts_with("229 ")) return extended_port(text.substr(0, end), line);
    if (text.substr(line).starts_with("227 ")) return old_port(text.substr(0, end), line);
    line = end + 1;
  }
  return std::nullopt;
}

}  // namespace sluice::lab
