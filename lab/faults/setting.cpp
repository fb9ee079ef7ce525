#include "faults/setting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "sluice/codec/units.hpp"

namespace sluice::lab {

Setting setting_of(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Setting take_setting(std::string_view& text) {
  const auto comma = std::min(text.find(','), text.size());
  const auto setting = setting_of(text.substr(0, comma));
  text.remove_prefix(std::min(comma + 1, text.size()));
  return setting;
}

Error bad(const Setting& setting, std::string_view expected) {
  return {ErrorCode::invalid_input, "read fault", std::string(setting.name),
          fmt::format("'{}' is not {}", setting.value, expected)};
}

std::uint64_t number_of(const Setting& setting, std::uint64_t low, std::uint64_t high) {
  std::uint64_t number = 0;
  const auto& text = setting.value;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || number < low || number > high)
    throw bad(setting, fmt::format("a number between {} and {}", low, high));
  return number;
}

std::uint64_t count_of(const Setting& setting, std::uint64_t low) {
  return number_of(setting, low, 1'000'000'000'000);
}

Duration duration_of(const Setting& setting) {
  const auto duration = codec::parse_duration(setting.value);
  if (!duration) throw bad(setting, "a time such as 20ms");
  return *duration;
}

std::uint64_t bytes_of(const Setting& setting) {
  const auto bytes = codec::parse_size(setting.value);
  if (!bytes) throw bad(setting, "a number of bytes such as 64k");
  return *bytes;
}

WirePlace place_of(const Setting& setting) {
  static constexpr std::array<std::string_view, 6> names{"request", "upload", "answer",
                                                         "head",    "body",   "end"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == setting.value) return static_cast<WirePlace>(i);
  throw bad(setting, "a place: request, upload, answer, head, body or end");
}

}  // namespace sluice::lab
