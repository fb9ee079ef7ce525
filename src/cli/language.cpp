#include "language.hpp"

#include <algorithm>

namespace sluice::cli {
namespace {

constexpr std::string_view flag = "--lang";

// "ja", "ja_JP", "ja_JP.UTF-8", "ja_JP.utf8@cjkwide"; not "ja_JP.eucJP", nor "jam" (a language of
// Jamaica).
bool is_japanese_utf8(std::string_view locale) {
  locale = locale.substr(0, locale.find('@'));
  const auto dot = locale.find('.');
  const std::string_view language = locale.substr(0, std::min(dot, locale.find('_')));
  if (language != "ja") return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view charset = locale.substr(dot + 1);
  return charset == "UTF-8" || charset == "utf-8" || charset == "UTF8" || charset == "utf8";
}

}  // namespace

std::optional<Language> language_named(std::string_view name) {
  if (name == "en") return Language::english;
  if (name == "ja") return Language::japanese;
  return std::nullopt;
}

Language language_of_locale(const Environment& environment) {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string locale = environment.get(variable).value_or("");
    if (!locale.empty()) return is_japanese_utf8(locale) ? Language::japanese : Language::english;
  }
  return Language::english;
}

Language first_language(const std::vector<std::string>& arguments, const Environment& environment) {
  std::optional<Language> chosen = language_named(environment.get("SLUICE_LANG").value_or(""));
  for (auto word = arguments.begin(); word != arguments.end(); ++word) {
    std::string_view value;
    if (word->starts_with("--lang=")) value = std::string_view(*word).substr(flag.size() + 1);
    if (*word == flag && word + 1 != arguments.end()) value = word[1];
    if (const auto named = language_named(value)) chosen = named;
  }
  return chosen ? *chosen : language_of_locale(environment);
}

}  // namespace sluice::cli
