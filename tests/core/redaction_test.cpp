#include "sluice/core/redaction.hpp"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("gives_away: a secret, a part of it that stands together, and nothing less") {
  CHECK(gives_away("bad password hunter2hunter2!", "hunter2hunter2"));
  CHECK(gives_away("cannot read ...er2hunte", "hunter2hunter2"));
  CHECK_FALSE(gives_away("the hunter2 is known", "hunter2hunter2"));
  CHECK(gives_away("what is abc?", "abc"));
  CHECK_FALSE(gives_away("what is ab?", "abc"));
  CHECK_FALSE(gives_away("anything", ""));
  CHECK_FALSE(gives_away("", "abc"));
}

TEST_CASE("one_line: what could forge a record or a terminal's state is a space") {
  CHECK(one_line("a\r\n2024 - INFO - forged\tb \x1b[31m", 100) == "a 2024 - INFO - forged b [31m");
  CHECK(one_line("  \n", 100).empty());
  CHECK(one_line(" lead and trail ", 100) == "lead and trail");
}

TEST_CASE("one_line: malformed UTF-8 is replaced, and what is too long is cut between characters") {
  CHECK(one_line("\xE6\x97\xFF"
                 "x",
                 100) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx");
  CHECK(one_line("日本語", 9) == "日本語");
  CHECK(one_line("日本語", 8) == "日本...");
  CHECK(one_line("ab cd", 3) == "ab...");
  CHECK(one_line("ab   ", 2) == "ab");
}
