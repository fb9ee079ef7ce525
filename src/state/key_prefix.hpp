#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::state {

/// The least key that is greater than every key with this prefix; nullopt if there is none.
inline std::optional<std::string> key_after_prefix(std::string_view prefix) {
  const std::size_t last = prefix.find_last_not_of('\xFF');
  if (last == std::string_view::npos) return std::nullopt;
  std::string end(prefix.substr(0, last + 1));
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace sluice::state
