#include "fs/group_sync.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>

#include "fs/fs_actions.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/local_fs.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

struct Calls {
  std::vector<std::string> subjects;
  std::string failing;

  GroupSync::Sync sync() {
    return [this](int, const std::string& subject) {
      subjects.push_back(subject);
      if (subject == failing) throw Error(ErrorCode::unavailable, "fsync", subject, "injected");
    };
  }
};

using Subjects = std::vector<std::string>;

}  // namespace

TEST_CASE("GroupSync: the first that asks syncs for all who have joined") {
  Calls calls;
  GroupSync group(calls.sync());
  GroupSync::Member a(group, 1, "a"), b(group, 2, "b"), c(group, 3, "c");
  CHECK(calls.subjects.empty());
  b.ensure();
  CHECK(calls.subjects == Subjects{"a", "b", "c"});
  a.ensure();
  c.ensure();
  b.ensure();
  CHECK(calls.subjects.size() == 3);
}

TEST_CASE("GroupSync: members of one subject share one call") {
  Calls calls;
  GroupSync group(calls.sync());
  GroupSync::Member a(group, 1, "dir"), b(group, 2, "other"), c(group, 3, "dir");
  a.ensure();
  CHECK(calls.subjects == Subjects{"dir", "other"});
}

TEST_CASE("GroupSync: who joins after a round is synced by the next") {
  Calls calls;
  GroupSync group(calls.sync());
  GroupSync::Member first(group, 1, "dir");
  first.ensure();
  GroupSync::Member second(group, 1, "dir");
  second.ensure();
  CHECK(calls.subjects == Subjects{"dir", "dir"});
}

TEST_CASE("GroupSync: a failure is told to those of its subject, each time, and to nobody else") {
  Calls calls;
  calls.failing = "bad";
  GroupSync group(calls.sync());
  GroupSync::Member good(group, 1, "good"), bad(group, 2, "bad"), too(group, 3, "bad");
  good.ensure();
  CHECK_THROWS_AS(bad.ensure(), Error);
  CHECK_THROWS_AS(bad.ensure(), Error);
  CHECK_THROWS_AS(too.ensure(), Error);
  CHECK(calls.subjects.size() == 2);
}

TEST_CASE("GroupSync: who leaves is not synced") {
  Calls calls;
  GroupSync group(calls.sync());
  auto leaving = std::make_unique<GroupSync::Member>(group, 1, "leaving");
  GroupSync::Member staying(group, 2, "staying");
  leaving.reset();
  staying.ensure();
  CHECK(calls.subjects == Subjects{"staying"});
}

namespace {

Task<> write_durably(FileSystem& fs, std::string path, int& refused) {
  // Those that end in 3 are refused at the end, after it has joined the others.
  const bool wrong = path.ends_with('3');
  WriteOptions options{.must_not_exist = wrong, .durable = true};
  const auto failed =
      co_await test::failure_of(test::write_text(fs, path, "text of " + path, std::move(options)));
  CHECK(failed.has_value() == wrong);
  if (failed == ErrorCode::conflict) ++refused;
}

Task<> write_many_durably(Runtime& runtime, std::filesystem::path root) {
  const auto fs = make_local_fs(runtime, {.root = root, .journal = nullptr});
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i)
    paths.push_back("d" + std::to_string(i % 3) + "/f" + std::to_string(i));
  for (const std::string& path : paths) {
    if (path.ends_with('3')) co_await test::write_text(*fs, path, "old");
  }
  int refused = 0;
  TaskGroup group(runtime.executor());
  for (const std::string& path : paths)
    group.spawn(write_durably(*fs, path, refused));
  co_await group.join();
  CHECK(refused == 4);
  for (const std::string& path : paths) {
    const std::string text = co_await test::read_text(*fs, path);
    CHECK(text == (path.ends_with('3') ? "old" : "text of " + path));
  }
  const auto listed = co_await test::paths_of(*fs);
  CHECK(listed.size() == paths.size());
  co_await fs->close(OpContext{});
}

}  // namespace

TEST_CASE("LocalFs: durable writes that come together are each whole or refused") {
  const test::TemporaryDirectory dir;
  test::run([&](Runtime& runtime) { return write_many_durably(runtime, dir.path() / "new/root"); });
}
