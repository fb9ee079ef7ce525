#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "random_input.hpp"
#include "sluice/codec/glob.hpp"
#include "sluice/core/error.hpp"

using sluice::codec::Glob;
using sluice::codec::GlobOptions;

namespace {

bool may_match_below(std::string_view pattern, std::string_view prefix, GlobOptions options = {}) {
  return Glob(pattern, options).may_match_below(prefix);
}

std::string literal_prefix(std::string_view pattern, GlobOptions options = {}) {
  return Glob(pattern, options).literal_prefix();
}

// All paths of up to three of these names, with and without a slash at the end.
std::vector<std::string> small_tree() {
  const std::vector<std::string> names = {"a", "b", "ab", ".a", "..", "B"};
  std::vector<std::string> level = {""}, all;
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<std::string> next;
    for (const std::string& parent : level) {
      for (const std::string& name : names)
        next.push_back(parent.empty() ? name : parent + '/' + name);
    }
    all.insert(all.end(), next.begin(), next.end());
    for (const std::string& path : next)
      all.push_back(path + '/');
    level = std::move(next);
  }
  return all;
}

std::string random_pattern(sluice::codec::test::RandomInput& random) {
  const std::vector<std::string_view> pieces = {
      "a",    "b",    "*",      "?",     "**",      "/",    "/",   "/", ".", "..",
      "[ab]", "!(a)", "@(a|b)", "{a,b}", "{a/b,*}", "*(b)", "[.]", "!", "A"};
  std::string pattern;
  for (std::size_t length = 1 + random.below(7); length > 0; --length)
    pattern += pieces[random.below(pieces.size())];
  return pattern;
}

GlobOptions random_options(sluice::codec::test::RandomInput& random) {
  const auto seldom = [&random] { return random.below(5) == 0; };
  return {.dot = seldom(),
          .nocase = seldom(),
          .match_base = seldom(),
          .noglobstar = seldom(),
          .nonegate = seldom(),
          .flip_negate = seldom()};
}

}  // namespace

TEST_CASE("glob: directories in which nothing can match are told apart") {
  CHECK(may_match_below("a/b/*.csv", ""));
  CHECK(may_match_below("a/b/*.csv", "a"));
  CHECK(may_match_below("a/b/*.csv", "a/b"));
  CHECK_FALSE(may_match_below("a/b/*.csv", "a/b/c"));
  CHECK_FALSE(may_match_below("a/b/*.csv", "b"));
  CHECK_FALSE(may_match_below("*.csv", "a"));
  CHECK(may_match_below("**/*.csv", "a/b"));
  CHECK_FALSE(may_match_below("**/*.csv", "a/.git"));
  CHECK(may_match_below("**/*.csv", "a/.git", {.dot = true}));
  CHECK(may_match_below("{a,b}/**", "b"));
  CHECK_FALSE(may_match_below("{a,b}/**", "c"));
  CHECK(may_match_below("!a/**", "a"));
  CHECK(may_match_below("*.csv", "a/b", {.match_base = true}));
  CHECK_FALSE(may_match_below("#a", ""));
}

TEST_CASE("glob: the literal prefix ends at the first magic part") {
  CHECK(literal_prefix("a/b/*.csv") == "a/b/");
  CHECK(literal_prefix("a/b") == "a/");
  CHECK(literal_prefix("a") == "");
  CHECK(literal_prefix("a/**") == "a/");
  CHECK(literal_prefix("**/a") == "");
  CHECK(literal_prefix("/a/*") == "/a/");
  CHECK(literal_prefix("a/{b,c}/d") == "a/");
  CHECK(literal_prefix("a/b{c,d}/*") == "a/");
  CHECK(literal_prefix("{a,b}/c") == "");
  CHECK(literal_prefix("a\\*/[b]/*") == "a*/b/");
  CHECK(literal_prefix("!a/*") == "");
  CHECK(literal_prefix("a/2025/*", {.nocase = true}) == "");
  CHECK(literal_prefix("2025/a/*", {.nocase = true}) == "2025/");
}

TEST_CASE("glob: pruning and prefixes never lose a path that matches") {
  sluice::codec::test::RandomInput random("glob_prune");
  const std::vector<std::string> paths = small_tree();
  std::size_t matched = 0, pruned = 0;
  for (int round = 0; round < 600; ++round) {
    const std::string pattern = random_pattern(random);
    const Glob glob(pattern, random_options(random));
    const std::string prefix = glob.literal_prefix();
    const bool may_at_all = glob.may_match_below("");
    for (const std::string& path : paths) {
      const std::size_t slash = path.find_last_of('/', path.size() - 2);
      const bool may = slash == std::string::npos || glob.may_match_below(path.substr(0, slash));
      pruned += may ? 0 : 1;
      if (!glob.matches(path)) continue;
      ++matched;
      const bool kept = may && may_at_all && path.starts_with(prefix);
      if (!kept) FAIL_CHECK("pattern ", pattern, " loses ", path, ", prefix ", prefix);
    }
  }
  CHECK(matched > 1000);
  CHECK(pruned > 1000);
}
