#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/environment.hpp"
#include "sluice/core/language.hpp"

namespace sluice::cli {

/// "en" or "ja"; nullopt for anything else.
std::optional<Language> language_named(std::string_view name);
/// As POSIX has it, the first of LC_ALL, LC_MESSAGES and LANG that is not empty. Japanese only if
/// the terminal reads UTF-8.
Language language_of_locale(const Environment& environment);
/// The language of what is said before the command line is understood: --lang wherever it stands,
/// else SLUICE_LANG, else the locale's.
Language first_language(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace sluice::cli
