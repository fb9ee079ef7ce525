#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config_text.hpp"
#include "sluice/core/error.hpp"

namespace {

constexpr std::string_view name = "fuzz.yaml";

// "fuzz.yaml:12:3"
bool is_place(std::string_view text) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  const bool plain =
      std::ranges::all_of(text, [](char c) { return c == ':' || (c >= '0' && c <= '9'); });
  return plain && std::ranges::count(text, ':') == 2 && text.front() == ':' && text.back() != ':';
}

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// The program's configuration: what is read has a place and is no larger than the text; what is
/// refused says where.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    std::size_t bytes = 0;
    for (const auto& [key, value] : sluice::cli::parse_config(text, name)) {
      check(!key.empty() && key.find('_') == std::string::npos);
      check(is_place(value.where));
      for (const std::string& one : value.values)
        bytes += one.size();
    }
    check(bytes <= 4 * size);  // an escape such as \L makes three bytes of two
  } catch (const sluice::Error& error) {
    check(error.code() == sluice::ErrorCode::config && is_place(error.subject()));
  }
  return 0;
}
