#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "codec/random_input.hpp"
#include "fs/fs_actions.hpp"
#include "fs/local_walker.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/fs/local_fs.hpp"
#include "sluice/fs/walk_order.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using Paths = std::vector<std::string>;

namespace {

void touch(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path);
  file << "x";
  REQUIRE(file.good());
}

Task<> walk_into(test::Walked& walked, Runtime& runtime, LocalFsOptions with, WalkOptions options) {
  const auto fs = make_local_fs(runtime, std::move(with));
  auto stream = check_order(fs->walk(OpContext{}, "", std::move(options)));
  walked = co_await test::collect(std::move(stream));
}

test::Walked walk(const std::filesystem::path& root, WalkOptions options, std::size_t memory) {
  test::Walked walked;
  const LocalFsOptions with{.root = root, .sort_memory = memory};
  test::run([&](Runtime& runtime) { return walk_into(walked, runtime, with, options); });
  return walked;
}

test::Walked walk(const std::filesystem::path& root, WalkOptions options) {
  return walk(root, std::move(options), 32 << 20);
}

LocalWalker walker_of(const std::filesystem::path& root) {
  WalkerOptions options{.walk = {}, .sort_memory = 1 << 20, .scratch = root, .log = Logger()};
  return LocalWalker(std::make_shared<LocalRoot>(root, LinkReads::follow), "", std::move(options));
}

}  // namespace

TEST_CASE("Local walk: the symlink policy decides") {
  const test::TemporaryDirectory dir;
  touch(dir.path() / "tree/sub/f");
  touch(dir.path() / "outside/g");
  std::filesystem::create_symlink("sub/f", dir.path() / "tree/to-file");
  std::filesystem::create_symlink(dir.path() / "outside", dir.path() / "tree/to-dir");
  const auto tree = dir.path() / "tree";
  CHECK(walk(tree, WalkOptions{}).paths() == Paths{"sub/f"});
  const test::Walked kept = walk(tree, WalkOptions{.symlinks = Symlinks::keep});
  CHECK(kept.paths() == Paths{"sub/f", "to-dir", "to-file"});
  CHECK(kept.files[2].type == FileType::symlink);
  CHECK(kept.files[2].extras->link_target == "sub/f");
  const test::Walked followed = walk(tree, WalkOptions{.symlinks = Symlinks::follow});
  CHECK(followed.paths() == Paths{"sub/f", "to-dir/g", "to-file"});
  CHECK(followed.files[2].type == FileType::regular);
  CHECK(followed.failures.empty());
}

TEST_CASE("Local walk: loops and dangling links that are followed are failures, not an end") {
  const test::TemporaryDirectory dir;
  touch(dir.path() / "a/f");
  touch(dir.path() / "z");
  std::filesystem::create_symlink("..", dir.path() / "a/up");
  std::filesystem::create_symlink("self", dir.path() / "self");
  std::filesystem::create_symlink("nothing", dir.path() / "dangling");
  const test::Walked walked = walk(dir.path(), WalkOptions{.symlinks = Symlinks::follow});
  CHECK(walked.paths() == Paths{"a/f", "z"});
  CHECK(walked.failures.size() == 3);
}

TEST_CASE("Local walk: an unreadable directory is a failure that names it") {
  const test::TemporaryDirectory dir;
  touch(dir.path() / "a/f");
  touch(dir.path() / "locked/g");
  touch(dir.path() / "z");
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(dir.path() / "locked", std::filesystem::perms::none);
  const bool root = ::geteuid() == 0;  // whom permissions do not stop
  if (root) REQUIRE(::seteuid(65534) == 0);
  const test::Walked walked = walk(dir.path(), WalkOptions{});
  if (root) REQUIRE(::seteuid(0) == 0);
  std::filesystem::permissions(dir.path() / "locked", std::filesystem::perms(0755));
  CHECK(walked.paths() == Paths{"a/f", "z"});
  REQUIRE(walked.failures.size() == 1);
  CHECK(walked.failures.front().code() == ErrorCode::permission_denied);
  CHECK(walked.failures.front().subject().find("locked") != std::string::npos);
}

TEST_CASE("Local walk: temporary names and special files are hidden, raw bytes are kept") {
  const test::TemporaryDirectory dir;
  touch(dir.path() / temporary_name_for("f", "0123456789abcdef"));
  touch(dir.path() / "\xFF\xFE raw");
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  CHECK(walk(dir.path(), WalkOptions{}).paths() == Paths{"\xFF\xFE raw"});
}

TEST_CASE("Local walk: what vanishes between its name and its attributes is passed over") {
  const test::TemporaryDirectory dir;
  for (int i = 0; i < 1500; ++i)
    touch(dir.path() / ("f" + std::to_string(10'000 + i)));
  LocalWalker walker = walker_of(dir.path());
  WalkPage page;
  while (page.count == 0)
    walker.fill(page);
  std::size_t seen = page.count;
  REQUIRE(seen < 1400);
  for (int i = 1400; i < 1500; ++i) {
    std::filesystem::remove(dir.path() / ("f" + std::to_string(10'000 + i)));
  }
  while (!page.ended) {
    walker.fill(page);
    seen += page.count;
    CHECK(page.failures.empty());
  }
  CHECK(seen == 1400);
}

TEST_CASE("Local walk: 100,000 names of one directory come in order through spilled runs") {
  const test::TemporaryDirectory dir;
  codec::test::RandomInput random("large directory");
  Paths expected;
  const int fd = ::open(dir.path().c_str(), O_PATH | O_DIRECTORY);
  for (int i = 0; i < 100'000; ++i) {
    std::string name = random.bytes_of("abc-.0\xC3", 4) + std::to_string(i);
    const int file = ::openat(fd, name.c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE(file >= 0);
    ::close(file);
    expected.push_back(std::move(name));
  }
  ::close(fd);
  std::ranges::sort(expected);
  const test::Walked walked = walk(dir.path(), WalkOptions{}, 256 * 1024);
  CHECK(walked.failures.empty());
  CHECK((walked.paths() == expected));
}

TEST_CASE("Local walk: trees deeper than any path may be long, with few descriptors") {
  const test::TemporaryDirectory dir;
  constexpr int levels = 500;
  const std::string name = "a-long-name";
  int at = ::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < levels; ++i) {
    for (const char* const file : {"0", "z"}) {
      ::close(::openat(at, file, O_CREAT | O_WRONLY, 0600));
    }
    REQUIRE(::mkdirat(at, name.c_str(), 0700) == 0);
    const int below = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY);
    ::close(at);
    at = below;
  }
  ::close(at);
  LocalWalker walker = walker_of(dir.path());
  WalkPage page;
  std::size_t files = 0, most_open = 0;
  for (bool ended = false; !ended; ended = page.ended) {
    walker.fill(page);
    files += page.count;
    CHECK(page.failures.empty());
    const auto open = std::filesystem::directory_iterator("/proc/self/fd");
    most_open = std::max<std::size_t>(
        most_open, static_cast<std::size_t>(std::distance(begin(open), end(open))));
  }
  CHECK(files == 2 * levels);
  CHECK(most_open < 100);
}

TEST_CASE("Local walk: a root that was made anew is walked, not the one that is gone") {
  const test::TemporaryDirectory dir;
  const auto root = dir.path() / "tree";
  touch(root / "before");
  test::run([&root](Runtime& runtime) {
    const auto check = [](Runtime& at, std::filesystem::path tree) -> Task<> {
      const LocalFsOptions with{.root = tree};
      const auto fs = make_local_fs(at, with);
      const Paths before = co_await test::paths_of(*fs);
      CHECK(before == Paths{"before"});
      std::filesystem::remove_all(tree);
      const auto none = co_await test::failure_of(test::paths_of(*fs));
      CHECK_MESSAGE(none == ErrorCode::not_found, "what is not there is no empty tree");
      touch(tree / "after");
      const Paths after = co_await test::paths_of(*fs);
      CHECK(after == Paths{"after"});
    };
    return check(runtime, root);
  });
}

TEST_CASE("Local walk: a root that is a link is where the link leads now") {
  const test::TemporaryDirectory dir;
  touch(dir.path() / "first/one");
  touch(dir.path() / "second/two");
  const auto current = dir.path() / "current";
  std::filesystem::create_directory_symlink("first", current);
  test::run([&current](Runtime& runtime) {
    const auto check = [](Runtime& at, std::filesystem::path link) -> Task<> {
      const LocalFsOptions with{.root = link};
      const auto fs = make_local_fs(at, with);
      const Paths before = co_await test::paths_of(*fs);
      CHECK(before == Paths{"one"});
      std::filesystem::remove(link);
      std::filesystem::create_directory_symlink("second", link);
      const Paths after = co_await test::paths_of(*fs);
      CHECK(after == Paths{"two"});
    };
    return check(runtime, current);
  });
}
