#include "codec/random_input.hpp"
#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "sluice/fs/walk_order.hpp"

namespace sluice::test {
namespace {

using Paths = std::vector<std::string>;

Task<> fill(FileSystem& fs, Paths paths) {
  for (const std::string& path : paths)
    co_await write_text(fs, path, "x");
}

Task<> order_is_of_full_paths(Runtime&, FileSystem& fs, std::filesystem::path) {
  // '-' and '.' sort before '/', and '0' after it: a directory is not where its bare name would be.
  const Paths sorted = {"a b", "a-b", "a.b", "a/b", "a/b-c/d", "a/b.c", "a/c", "a0", "aa", "b"};
  co_await fill(fs, {sorted.rbegin(), sorted.rend()});
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == sorted);
}

Task<> random_trees_come_in_order(Runtime&, FileSystem& fs, std::filesystem::path) {
  codec::test::RandomInput random("walk order");
  std::vector<std::string> paths;
  for (int i = 0; i < 60; ++i) {
    std::string path;
    for (std::size_t depth = random.below(4); depth > 0; --depth) {
      path += random.bytes_of("a-.~0", 1 + random.below(3)) + "d/";
    }
    paths.push_back(path + random.bytes_of("a-.~0", 1 + random.below(3)) + "f");
  }
  co_await fill(fs, paths);
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  const Walked walked = co_await collect(check_order(fs.walk(OpContext{}, "", WalkOptions{})));
  CHECK(walked.paths() == listable(fs, paths));
}

Task<> filters_choose(Runtime&, FileSystem& fs, std::filesystem::path) {
  co_await fill(
      fs, {".dot/x.csv", "a/b/c.csv", "a/b/c.txt", "a/x.csv", "b/.y.csv", "b/z.json", "top.csv"});
  const Paths all_csv = co_await paths_of(fs, "", WalkOptions{.include = {"**/*.csv"}});
  CHECK(all_csv == listable(fs, {".dot/x.csv", "a/b/c.csv", "a/x.csv", "b/.y.csv", "top.csv"}));
  const Paths pruned = co_await paths_of(
      fs, "", WalkOptions{.include = {"**/*.csv"}, .exclude = {"a/**", ".dot/**"}});
  CHECK(pruned == listable(fs, {"b/.y.csv", "top.csv"}));
  const Paths some = co_await paths_of(fs, "", WalkOptions{.include = {"a/*.csv", "b/*"}});
  CHECK(some == listable(fs, {"a/x.csv", "b/.y.csv", "b/z.json"}));
  const Paths relative = co_await paths_of(fs, "a", WalkOptions{.include = {"b/*"}});
  CHECK(relative == Paths{"a/b/c.csv", "a/b/c.txt"});
  const Paths none = co_await paths_of(fs, "", WalkOptions{.exclude = {"**"}});
  CHECK(none.empty());
}

Task<> start_after_resumes_anywhere(Runtime&, FileSystem& fs, std::filesystem::path) {
  const Paths all = {"a-b", "a/b/c", "a/b/d", "a/c", "a0", "b/x", "c"};
  co_await fill(fs, all);
  for (const char* const after : {"a", "a-b", "a/", "a/b", "a/b/c", "a/b/cc", "a/b/d", "a/bz",
                                  "a/c", "a0", "b/x", "c", "z"}) {
    Paths expected;
    for (const std::string& path : all) {
      if (path > after) expected.push_back(path);
    }
    const Paths listed = co_await paths_of(fs, "", WalkOptions{.start_after = after});
    CHECK_MESSAGE(listed == expected, after);
  }
  const Paths below = co_await paths_of(fs, "a", WalkOptions{.start_after = "a/b/c"});
  CHECK(below == Paths{"a/b/d", "a/c"});
}

Task<> max_depth_bounds(Runtime&, FileSystem& fs, std::filesystem::path) {
  co_await fill(fs, {"a/b/c/d", "a/b/x", "a/y", "z"});
  const Paths one = co_await paths_of(fs, "", WalkOptions{.max_depth = 1});
  CHECK(one == Paths{"z"});
  const Paths two = co_await paths_of(fs, "", WalkOptions{.max_depth = 2});
  CHECK(two == Paths{"a/y", "z"});
  const Paths below = co_await paths_of(fs, "a", WalkOptions{.max_depth = 2});
  CHECK(below == Paths{"a/b/x", "a/y"});
}

Task<> a_root_is_a_directory(Runtime&, FileSystem& fs, std::filesystem::path) {
  co_await fill(fs, {"a/x", "a/y/z", "ab/x", "a.x"});
  const Paths below = co_await paths_of(fs, "a", WalkOptions{});
  CHECK(below == Paths{"a/x", "a/y/z"});
  const auto missing = co_await failure_of(walk_all(fs, "none", WalkOptions{}));
  if (fs.capabilities().directories) {
    CHECK(missing == ErrorCode::not_found);
  } else {
    CHECK_FALSE(missing);
  }
}

Task<> directories_where_they_exist(Runtime&, FileSystem& fs, std::filesystem::path) {
  if (!fs.capabilities().directories) {
    co_await fs.make_directory(OpContext{}, "d");  // nothing to do, and no failure
    co_return;
  }
  co_await fs.make_directory(OpContext{}, "d/e");
  co_await fs.make_directory(OpContext{}, "d/e");
  co_await fill(fs, {"d-x", "d/f", "g/h"});
  const WalkOptions with{.files_only = false};
  const Paths listed = co_await paths_of(fs, "", with);
  CHECK(listed == Paths{"d-x", "d", "d/e", "d/f", "g", "g/h"});
  const auto found = co_await fs.find(OpContext{}, "d/e", FindOptions{});
  REQUIRE(found);
  CHECK(found->type == FileType::directory);
  const bool not_empty = co_await fs.remove_directory(OpContext{}, "d");
  CHECK_FALSE(not_empty);
  const bool removed = co_await fs.remove_directory(OpContext{}, "d/e");
  CHECK(removed == fs.capabilities().lists_dot_names);
  const bool again = co_await fs.remove_directory(OpContext{}, "d/e");
  CHECK_FALSE(again);
  const auto in_the_way = co_await failure_of(write_text(fs, "d", "x"));
  CHECK(in_the_way == ErrorCode::conflict);
  const auto below_file = co_await failure_of(write_text(fs, "d/f/x", "x"));
  CHECK(below_file == ErrorCode::conflict);
}

Task<> an_abandoned_walk_is_harmless(Runtime&, FileSystem& fs, std::filesystem::path) {
  Paths paths;
  for (int i = 0; i < 50; ++i)
    paths.push_back("d" + std::to_string(i) + "/f");
  co_await fill(fs, paths);
  auto stream = fs.walk(OpContext{}, "", WalkOptions{});
  const auto batch = co_await stream->next();
  CHECK(batch);
  stream.reset();
  auto unasked = fs.walk(OpContext{}, "", WalkOptions{});
}

}  // namespace

std::span<const ContractCase> walk_contract() {
  static constexpr ContractCase cases[] = {
      {"a walk is in byte order of full paths", order_is_of_full_paths},
      {"random trees come in order", random_trees_come_in_order},
      {"filters choose, exclude wins", filters_choose},
      {"start_after resumes anywhere", start_after_resumes_anywhere},
      {"max_depth bounds a walk", max_depth_bounds},
      {"a walk's root is a directory, not a prefix", a_root_is_a_directory},
      {"directories, where they exist by themselves", directories_where_they_exist},
      {"a walk may be abandoned", an_abandoned_walk_is_harmless},
  };
  return cases;
}

}  // namespace sluice::test
