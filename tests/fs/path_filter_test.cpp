#include "sluice/fs/path_filter.hpp"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("PathFilter: no include means all, exclude wins, dotfiles match") {
  const PathFilter all{WalkOptions{}};
  CHECK(all.accepts_all());
  CHECK(all.accepts(".a/b"));
  const PathFilter some{WalkOptions{.include = {"**/*.csv"}, .exclude = {"tmp/**", "**/x.csv"}}};
  CHECK(some.accepts("a/.b.csv"));
  CHECK_FALSE(some.accepts("a/b.txt"));
  CHECK_FALSE(some.accepts("a/x.csv"));
  CHECK_FALSE(some.accepts("tmp/b.csv"));
}

TEST_CASE("PathFilter: a directory is pruned only if nothing below can be accepted") {
  const PathFilter excluding{WalkOptions{.exclude = {"a/**", "**/node_modules/**", "b/*"}}};
  CHECK_FALSE(excluding.may_accept_below("a"));
  CHECK_FALSE(excluding.may_accept_below("a/b"));
  CHECK_FALSE(excluding.may_accept_below("x/y/node_modules"));
  CHECK(excluding.may_accept_below("b"));  // b/c/d is not excluded
  CHECK(excluding.may_accept_below("ab"));
  CHECK(excluding.may_accept_below(""));
  const PathFilter negated{WalkOptions{.exclude = {"!keep/this/**"}}};
  CHECK(negated.may_accept_below("keep"));
  CHECK(negated.accepts("keep/this/x"));
  const PathFilter including{WalkOptions{.include = {"a/*/c.txt", "d/**"}}};
  CHECK(including.may_accept_below("a"));
  CHECK(including.may_accept_below("a/x"));
  CHECK_FALSE(including.may_accept_below("a/x/y"));
  CHECK(including.may_accept_below("d/x/y"));
  CHECK_FALSE(including.may_accept_below("e"));
}

TEST_CASE("PathFilter: the literal prefix is a directory that all includes share") {
  const auto prefix = [](std::vector<std::string> include) {
    return PathFilter(WalkOptions{.include = std::move(include)}).literal_prefix();
  };
  CHECK(prefix({}) == "");
  CHECK(prefix({"a/b/*.csv"}) == "a/b/");
  CHECK(prefix({"a/bc/*.csv", "a/bd/**"}) == "a/");
  CHECK(prefix({"a/b/*.csv", "**"}) == "");
}
