#include "sluice/codec/glob.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"

using sluice::codec::Glob;
using sluice::codec::GlobOptions;

namespace {

bool matches(std::string_view pattern, std::string_view path, GlobOptions options = {}) {
  return Glob(pattern, options).matches(path);
}

struct Case {
  std::string_view pattern;
  std::vector<std::string_view> hits, misses;
  GlobOptions options{};
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const Glob glob(one.pattern, one.options);
    for (const std::string_view path : one.hits) {
      INFO(one.pattern, " on ", path);
      CHECK(glob.matches(path));
    }
    for (const std::string_view path : one.misses) {
      INFO(one.pattern, " on ", path);
      CHECK_FALSE(glob.matches(path));
    }
  }
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += text;
  return all;
}

std::string refusal(std::string_view pattern) {
  try {
    const Glob glob(pattern);
  } catch (const sluice::Error& error) {
    CHECK(error.code() == sluice::ErrorCode::invalid_input);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("glob: stars and question marks stay within a part and pass dotfiles by") {
  check({
      {"*.csv", {"a.csv", "a.csv/", "日.csv"}, {"a/b.csv", ".a.csv", "a.csv.gz", ".csv"}},
      {"?", {"a", "日", "😀", "\xFF"}, {"", "ab", ".", "é́"}},
      {"a?c*", {"abc", "aéc.x"}, {"ac", "a/c"}},
      {"*", {"a", "a/"}, {"", ".a", "a/b", ".", ".."}},
      {".*", {".a", "..."}, {".", "..", "a"}},
  });
  check({{"*", {".a", "a"}, {".", ".."}, {.dot = true}},
         {"**", {"a/.b/c"}, {"a/../c"}, {.dot = true}}});
}

TEST_CASE("glob: two stars walk any number of parts, but no hidden ones") {
  check({
      {"**/*.csv", {"a.csv", "a/b/c.csv", "a//b.csv"}, {".a/b.csv", "a/.b.csv", "a/../b.csv"}},
      {"a/**", {"a/b", "a/b/c", "a/"}, {"a", "b/a", "a/.b", "ab"}},
      {"a/**/b", {"a/b", "a/x/y/b", "a/x/b/"}, {"a/b/c", "a/.x/b", "ab"}},
      {"**/?(.)a/**/b", {"a/.a/b", "a/b", "x/a/b"}, {".a", "a/.x/b"}},
      {"a**b", {"ab", "axxb"}, {"a/b"}},
  });
  check({{"**/a", {"b/a"}, {"a", "c/b/a"}, {.noglobstar = true}}});
}

TEST_CASE("glob: braces make alternatives and ranges") {
  check({
      {"{a,b{c,d}}/*.{csv,txt}", {"a/x.csv", "bd/x.txt"}, {"b/x.csv", "a/x.md"}},
      {"f{08..11}", {"f08", "f11"}, {"f8", "f12"}},
      {"f{1..9..4}", {"f1", "f5", "f9"}, {"f2"}},
      {"{a..e..2}", {"a", "c", "e"}, {"b"}},
      {"f{1..1000000}.gz",
       {"f1.gz", "f777777.gz", "f1000000.gz"},
       {"f0.gz", "f1000001.gz", "f01.gz"}},
      {"{-105..103}", {"-105", "-1", "0", "103"}, {"-106", "104", "-0"}},
      {"{a}", {"{a}"}, {"a"}},
      {"\\{a,b\\}", {"{a,b}"}, {"a"}},
      {"${a,b}", {"${a,b}"}, {"$a"}},
      {"{,}", {}, {"", "a"}},
  });
  check({{"{a,b}", {"{a,b}"}, {"a"}, {.nobrace = true}}});
}

TEST_CASE("glob: classes know ranges, negation, escapes and POSIX names of all scripts") {
  check({
      {"[a-cx]", {"a", "x"}, {"d", "-"}},
      {"[!a-c]", {"d", "é", "\xFF"}, {"a", ""}},
      {"[]a]", {"]", "a"}, {"b"}},
      {"[[:alpha:]]", {"a", "é", "日"}, {"1", "\xFF"}},
      {"[[:upper:]][[:lower:]]", {"Éa", "Σσ"}, {"aA"}},
      {"[[:digit:]]", {"7", "٣"}, {"a"}},
      {"[\\]]", {"]"}, {"\\"}},
      {"[a", {"[a"}, {"a"}},
      {"[z-a]*", {}, {"a", "z", "[z-a]"}},
  });
}

TEST_CASE("glob: extglobs repeat, choose and negate") {
  check({
      {"?(a|b)c", {"c", "ac", "bc"}, {"abc"}},
      {"*(a|b)c", {"c", "abbac"}, {"adc"}},
      {"+(a|b)c", {"ac", "bbc"}, {"c"}},
      {"@(a|b)c", {"ac"}, {"c", "aac"}},
      {"?(x)!(a).b", {".b", "aa.b", "xa.b"}, {"b", "a"}},
      {"x!(a|b)y", {"xy", "xcy", "xaby"}, {"xay", "xby"}},
      {"*.!(csv|txt)", {"a.md", "a.csv.gz"}, {"a", "a.csv", "a.txt"}},
      {"x!(a!(b)c)", {"xabc", "x"}, {"xac", "xaxc"}},
      {"+(!(a|b))", {"c", "ab"}, {"a", "b"}},
      {"*(*(a)b)", {"b", "aabab"}, {"a", "ba"}},
      {"@(a", {"@(a"}, {"a"}},
  });
  check({{"@(a)", {"@(a)"}, {"a"}, {.noext = true}}});
}

TEST_CASE(
    "glob: a leading ! negates, a leading # comments out, an empty pattern matches the empty "
    "path") {
  check({
      {"!a", {"b", "a/b", ""}, {"a"}},
      {"!!a", {"a"}, {"b"}},
      {"#a", {}, {"#a", "a"}},
      {"\\#a", {"#a"}, {}},
      {"", {""}, {"a"}},
      {"!", {"a"}, {""}},
  });
  check({{"!a", {"!a"}, {"b"}, {.nonegate = true}},
         {"#a", {"#a"}, {"a"}, {.nocomment = true}},
         {"!a", {"a"}, {"b"}, {.flip_negate = true}}});
}

TEST_CASE("glob: case and base names, if asked for") {
  check({
      {"*.CSV", {"a.csv", "A.Csv"}, {"a.txt"}, {.nocase = true}},
      {"[A-C]é", {"bÉ"}, {"dé"}, {.nocase = true}},
      {"s", {"S", "ſ"}, {"t"}, {.nocase = true}},
      {"*.csv", {"a/b/c.csv", "c.csv/"}, {"a.csv/b"}, {.match_base = true}},
      {"a/*.csv", {"a/c.csv"}, {"b/a/c.csv"}, {.match_base = true}},
  });
}

TEST_CASE("glob: dots, parents and slashes") {
  check({
      {"a/../b", {"b"}, {"a/../b"}},
      {"a//b", {"a/b", "a///b"}, {}},
      {"/a", {"/a", "//a"}, {"a"}},
      {"a/", {"a/"}, {"a"}},
      {"..", {".."}, {"."}},
      {"[.]a", {".a"}, {}},
      {"[.]*", {}, {".a"}},
  });
}

TEST_CASE("glob: bytes that are no UTF-8 are characters of their own") {
  CHECK(matches("a?b",
                "a\xFF"
                "b"));
  CHECK_FALSE(matches("a?b",
                      "a\xFF\xFE"
                      "b"));
  CHECK(matches("*\xFF", "a\xFF"));
  CHECK_FALSE(matches("*\xA9", "é"));
  CHECK_FALSE(matches("\xC3*", "é"));
  CHECK(matches("[!a]", "\x80"));
  CHECK_FALSE(matches("[[:print:]]", "\x80"));
}

TEST_CASE("glob: patterns over the limits are refused with the reason") {
  CHECK(refusal(std::string(64 * 1024, 'a')).empty());
  CHECK(refusal(std::string(64 * 1024 + 1, 'a')) == "the pattern is longer than 64 KiB");
  CHECK(refusal(repeated("{a,b}", 13)).empty());
  CHECK(refusal(repeated("{a,b}", 14)) == "braces make more than 10,000 alternatives");
  CHECK(refusal("[{1..10001}]") == "a brace range has more than 10,000 values");
  CHECK(refusal("{1..99999999999999999999}") == "a number in a brace range is beyond 2^53");
  CHECK(refusal(repeated("{a,", 101) + "b" + repeated("}", 101)) ==
        "braces nested more than 100 deep");
  CHECK(refusal("{" + std::string(30000, 'a') + "," + repeated("{a,b}", 6) + "}" +
                std::string(8000, 'b')) == "braces make more than 262,144 characters");
  CHECK(refusal(repeated("?(a)", 256)).empty());
  CHECK(refusal(repeated("?(a)", 257)) == "more than 256 extglobs in one part of the pattern");
}

TEST_CASE("glob: over-long parts never match a negated extglob") {
  CHECK(matches("a!(b)", std::string(1024, 'a')));
  CHECK_FALSE(matches("a!(b)", std::string(1025, 'a')));
  CHECK(matches("+(a)", std::string(100'000, 'a')));
}

TEST_CASE("glob: no pattern takes long") {
  const std::string path(1000, 'a'), deep = repeated("a/", 500);
  const std::vector<std::string> patterns = {
      repeated("a*", 1000) + "b",
      repeated("*(", 100) + "a" + repeated(")", 100) + "b",
      repeated("+(a|", 100) + "a" + repeated(")", 100) + "b",
      "a" + repeated("!(", 60) + "a" + repeated(")", 60) + "b",
      "a" + repeated("!(*a)", 100) + "b",
      "a!(" + repeated("*a|", 200) + "b)b",
      repeated("**/a*/", 199) + "b",
      repeated("**/*/a/", 100) + "b",
      repeated("{{", 50) + "a,b" + repeated("}}", 50),
      repeated("{a},", 500) + "b}",
      "{a,b}" + repeated("/*", 20'000),
      repeated("{a,*b", 90) + repeated("}", 90),
  };
  for (const std::string& pattern : patterns) {
    INFO(pattern.substr(0, 40));
    const auto start = std::chrono::steady_clock::now();
    const Glob glob(pattern);
    CHECK_FALSE(glob.matches(path));
    CHECK_FALSE(glob.matches(deep + "c"));
    // Far above what it takes (milliseconds), far below what backtracking would (years).
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
}
