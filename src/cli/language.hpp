#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sluice/core/environment.hpp"

namespace sluice::cli {

/// What the program speaks to people. Logs, JSON and the words of servers stay English.
enum class Language : std::uint8_t { english, japanese };

/// "en" or "ja"; nullopt for anything else.
std::optional<Language> language_named(std::string_view name);
/// As POSIX has it, the first of LC_ALL, LC_MESSAGES and LANG that is not empty. Japanese only if
/// the terminal reads UTF-8.
Language language_of_locale(const Environment& environment);
/// The language of what is said before the command line is understood: --lang wherever it stands,
/// else SLUICE_LANG, else the locale's.
Language first_language(const std::vector<std::string>& arguments, const Environment& environment);

/// One thing the program says, in both languages; `Args` are what it is about. A text that is
/// missing, or that does not take the arguments, does not compile.
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

}  // namespace sluice::cli
