#include "flow/command_words.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using Words = std::vector<std::string>;

TEST_CASE("split_words: white space, both quotes, escapes") {
  CHECK(split_words("prog  {in}\t{out}\n") == Words{"prog", "{in}", "{out}"});
  CHECK(split_words(R"(a 'b c' "d \" e" f\ g '')") == Words{"a", "b c", "d \" e", "f g", ""});
  CHECK(split_words(R"('it''s' pre"mid"post)") == Words{"its", "premidpost"});
  CHECK(split_words("   ").empty());
}

TEST_CASE("split_words: an unclosed quote is named") {
  CHECK_THROWS_AS(split_words("prog 'half"), Error);
}

TEST_CASE("replace_names: only what is listed") {
  const Replacements values = {{"in", "/tmp/1 {out}"}, {"out", "/tmp/2"}};
  CHECK(replace_names("x{in}y{out}{other}{", values) == "x/tmp/1 {out}y/tmp/2{other}{");
}

TEST_CASE("shell_quoted: survives any byte but NUL") {
  CHECK(shell_quoted("it's $HOME") == R"('it'\''s $HOME')");
}
