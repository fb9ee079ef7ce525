#include "language.hpp"

#include <doctest/doctest.h>

#include <map>

#include "messages.hpp"

namespace sluice::cli {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Language locale(Variables variables) {
  return language_of_locale(Environment(std::move(variables)));
}

Language first(std::vector<std::string> arguments, Variables variables = {}) {
  return first_language(arguments, Environment(std::move(variables)));
}

}  // namespace

TEST_CASE("the locale chooses the language") {
  CHECK(locale({}) == Language::english);
  CHECK(locale({{"LANG", "ja_JP.UTF-8"}}) == Language::japanese);
  CHECK(locale({{"LANG", "ja_JP.utf8@cjkwide"}}) == Language::japanese);
  CHECK(locale({{"LANG", "ja"}}) == Language::japanese);
  CHECK(locale({{"LANG", "en_US.UTF-8"}}) == Language::english);
  CHECK(locale({{"LANG", "ja_JP.UTF-8"}, {"LC_MESSAGES", "C"}}) == Language::english);
  CHECK(locale({{"LC_ALL", ""}, {"LC_MESSAGES", "ja_JP"}, {"LANG", "C"}}) == Language::japanese);
  CHECK(locale({{"LC_ALL", "C.UTF-8"}, {"LANG", "ja_JP.UTF-8"}}) == Language::english);
}

TEST_CASE(
    "a terminal that does not read UTF-8 gets English, as does a language that only begins "
    "with ja") {
  CHECK(locale({{"LANG", "ja_JP.eucJP"}}) == Language::english);
  CHECK(locale({{"LANG", "ja_JP.SJIS"}}) == Language::english);
  CHECK(locale({{"LANG", "jam_JM.UTF-8"}}) == Language::english);
}

TEST_CASE("the flag wins over the variable, and that over the locale") {
  const Variables japanese{{"LANG", "ja_JP.UTF-8"}};
  CHECK(first({"ls"}, japanese) == Language::japanese);
  CHECK(first({"ls"}, {{"LANG", "ja_JP.UTF-8"}, {"SLUICE_LANG", "en"}}) == Language::english);
  CHECK(first({"ls", "--lang", "ja"}, {{"SLUICE_LANG", "en"}}) == Language::japanese);
  CHECK(first({"--lang=en", "ls"}, japanese) == Language::english);
  CHECK(first({"--lang", "xx"}, japanese) == Language::japanese);
  CHECK(first({"--lang"}, {}) == Language::english);
}

TEST_CASE("a message is said in the language that was chosen") {
  CHECK(say(Language::english, messages::would_copy_to, "a", "b") == "would copy a to b");
  CHECK(say(Language::japanese, messages::would_copy_to, "a", "b") == "コピー予定 a → b");
  CHECK(say(Language::japanese, messages::removed_files, 3) == "3 ファイルを削除しました");
}

TEST_CASE("a failure keeps its own words in both languages") {
  const Error error(ErrorCode::not_found, "open", "a", "no such file");
  CHECK(describe(Language::english, error) == "open a: no such file");
  CHECK(describe(Language::japanese, error) == "見つかりません: open a: no such file");
  CHECK(reason_text(Language::japanese, "size differs") == "サイズが違う");
  CHECK(reason_text(Language::japanese, "a reason to come") == "a reason to come");
  CHECK(usage_text(Language::english, "RequiredError", "from is required") == "from is required");
  CHECK(usage_text(Language::japanese, "RequiredError", "from is required") ==
        "sluice: 必要な引数がありません: from is required");
}

}  // namespace sluice::cli
