#include "sluice/core/redaction.hpp"

#include <algorithm>

#include "sluice/core/json_text.hpp"

namespace sluice {
namespace {

// Shorter runs are found in ordinary words.
constexpr std::size_t telling = 8;

bool is_space_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

}  // namespace

bool gives_away(std::string_view text, std::string_view secret) {
  if (secret.empty()) return false;
  const std::size_t length = std::min(telling, secret.size());
  for (std::size_t at = 0; at + length <= secret.size(); ++at) {
    if (text.find(secret.substr(at, length)) != std::string_view::npos) return true;
  }
  return false;
}

std::string one_line(std::string_view text, std::size_t limit) {
  std::string line;
  bool space = false;
  while (!text.empty()) {
    const std::size_t sequence = utf8_sequence_length(text);
    const std::size_t length = std::max<std::size_t>(sequence, 1);
    if (is_space_or_control(text.front())) {
      space = true;
    } else {
      const std::string_view shown = sequence == 0 ? "\xEF\xBF\xBD" : text.substr(0, length);
      const bool gap = space && !line.empty();
      if (line.size() + shown.size() + (gap ? 1 : 0) > limit) return line + "...";
      if (gap) line += ' ';
      line += shown;
      space = false;
    }
    text.remove_prefix(length);
  }
  return line;
}

}  // namespace sluice
