#pragma once

#include <cstdint>
#include <string_view>

#include "http/wire_faults.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/time.hpp"

/// The parts that a fault is written in: "KIND[=VALUE][,NAME=VALUE]...".
namespace sluice::lab {

/// One of them, as views into the text.
struct Setting {
  std::string_view name;
  std::string_view value;
};
Setting setting_of(std::string_view text);
/// Takes the first one off `text`.
Setting take_setting(std::string_view& text);

/// The values. Throw Error{invalid_input} that names what is wrong.
std::uint64_t number_of(const Setting& setting, std::uint64_t low, std::uint64_t high);
std::uint64_t count_of(const Setting& setting, std::uint64_t low);
Duration duration_of(const Setting& setting);
std::uint64_t bytes_of(const Setting& setting);
WirePlace place_of(const Setting& setting);

/// The Error{invalid_input} for a value that is not what was expected.
Error bad(const Setting& setting, std::string_view expected);

}  // namespace sluice::lab
