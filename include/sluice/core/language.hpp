#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <type_traits>

namespace sluice {

/// What people are spoken to in. The names of fields in logs and JSON, and the words of servers,
/// stay English.
enum class Language : std::uint8_t { english, japanese };

/// One thing that is said, in both languages; `Args` are what it is about. A text that is missing,
/// or that does not take the arguments, does not compile.
template <class... Args>
struct Message {
  fmt::format_string<Args...> english, japanese;
};

template <class... Args>
std::string say(Language language, const Message<Args...>& message,
                const std::type_identity_t<Args>&... args) {
  const fmt::string_view text = language == Language::japanese ? message.japanese : message.english;
  return fmt::vformat(text, fmt::make_format_args(args...));
}

}  // namespace sluice
