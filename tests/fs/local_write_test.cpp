#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "fs/fs_actions.hpp"
#include "sluice/fs/local_fs.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

using Check = Task<> (*)(FileSystem& fs, std::filesystem::path root);

Task<> check_at(Runtime& runtime, std::filesystem::path root, Check check) {
  const LocalFsOptions options{.root = root};
  const auto fs = make_local_fs(runtime, options);
  co_await check(*fs, root);
  co_await fs->close(OpContext{});
}

/// Runs with a file system at `root`, which is made by the first write if missing.
void with_fs(const std::filesystem::path& root, Check check) {
  test::run([&](Runtime& runtime) { return check_at(runtime, root, check); });
}

bool empty(const std::filesystem::path& directory) {
  return !std::filesystem::exists(directory) || std::filesystem::is_empty(directory);
}

struct SmallDisk {
  SmallDisk() {
    // Not skipped where it cannot be made: a full disk is a promise of this library.
    REQUIRE_MESSAGE(::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=1m") == 0,
                    "mounting a small tmpfs needs root");
  }
  ~SmallDisk() { ::umount(directory.path().c_str()); }
  test::TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("LocalFs: hostile names are refused before anything is made") {
  const test::TemporaryDirectory dir;
  with_fs(dir.path() / "root", [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    for (const std::string& name :
         {std::string("../x"), std::string("/x"), std::string("a//b"), std::string("a/../../x"),
          std::string("x/"), std::string("."), std::string(), std::string("a\0b", 3),
          std::string(256, 'n'), std::string(1100, 'n')}) {
      const auto code = co_await test::failure_of(test::write_text(fs, name, "x"));
      CHECK_MESSAGE(code == ErrorCode::invalid_input, name);
    }
    CHECK(empty(root));
    CHECK_FALSE(std::filesystem::exists(root.parent_path() / "x"));
  });
}

TEST_CASE("LocalFs: links never lead a write out of the root") {
  const test::TemporaryDirectory dir;
  std::filesystem::create_directories(dir.path() / "outside");
  std::filesystem::create_directories(dir.path() / "root/inside");
  std::filesystem::create_directory_symlink(dir.path() / "outside", dir.path() / "root/absolute");
  std::filesystem::create_directory_symlink("../outside", dir.path() / "root/relative");
  std::filesystem::create_symlink("../outside/file", dir.path() / "root/file");
  std::ofstream(dir.path() / "outside/file") << "untouched";
  with_fs(dir.path() / "root", [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    for (const char* const name : {"absolute/x", "relative/x", "relative/new/x", "file"}) {
      const auto code = co_await test::failure_of(test::write_text(fs, name, "x"));
      CHECK_MESSAGE(code == ErrorCode::invalid_input, name);
    }
    const RemoveResult removed = co_await fs.remove(OpContext{}, {"relative/file"});
    CHECK(removed.failures.size() == 1);
    const auto outside = std::filesystem::directory_iterator(root.parent_path() / "outside");
    CHECK(std::distance(begin(outside), end(outside)) == 1);
    std::string text;
    std::getline(std::ifstream(root.parent_path() / "outside/file"), text);
    CHECK(text == "untouched");
  });
}

TEST_CASE("LocalFs: a link that stays inside stays a link, and its target is replaced") {
  const test::TemporaryDirectory dir;
  std::filesystem::create_directories(dir.path() / "root/data");
  std::ofstream(dir.path() / "root/data/file") << "old";
  std::filesystem::create_symlink("data/file", dir.path() / "root/link");
  std::filesystem::create_directory_symlink("data", dir.path() / "root/also");
  std::filesystem::create_symlink("nothing", dir.path() / "root/dangling");
  with_fs(dir.path() / "root", [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    co_await test::write_text(fs, "link", "new");
    CHECK(std::filesystem::is_symlink(root / "link"));
    const std::string text = co_await test::read_text(fs, "data/file");
    CHECK(text == "new");
    co_await test::write_text(fs, "also/other", "x");
    CHECK(std::filesystem::exists(root / "data/other"));
    const auto dangling = co_await test::failure_of(test::write_text(fs, "dangling", "x"));
    CHECK(dangling == ErrorCode::conflict);
  });
}

TEST_CASE("LocalFs: mode and mtime are kept, a new file obeys the umask") {
  const test::TemporaryDirectory dir;
  with_fs(dir.path(), [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    const mode_t mask = ::umask(027);
    co_await test::write_text(fs, "plain", "x");
    FileExtras extras;
    extras.mode = 0604;
    WriteOptions options;
    options.extras = std::make_shared<const FileExtras>(extras);
    options.mtime = TimePoint(std::chrono::nanoseconds(1'234'567'890'123'456'789));
    const FileInfo info = co_await test::write_text(fs, "special", "x", options);
    ::umask(mask);
    CHECK(info.mtime == options.mtime);
    const auto mode_of = [&](const char* name) {
      return static_cast<unsigned>(std::filesystem::status(root / name).permissions());
    };
    CHECK(mode_of("plain") == 0640);
    CHECK(mode_of("special") == 0604);
    const auto found = co_await fs.find(OpContext{}, "special", FindOptions{.extras = true});
    REQUIRE(found);
    CHECK(found->extras->mode == 0604);
  });
}

TEST_CASE("LocalFs: a full disk is no_space, whatever the way, and leaves no temporary") {
  const SmallDisk disk;
  with_fs(disk.directory.path(), [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    const std::string large(2'000'000, 'x'), small(200'000, 'x');
    for (const bool size_known : {false, true}) {
      WriteOptions options;
      if (size_known) options.size = large.size();
      const auto code = co_await test::failure_of(test::write_text(fs, "a", large, options));
      CHECK(code == ErrorCode::no_space);
      CHECK(empty(root));
    }
    std::optional<ErrorCode> code;
    for (int i = 0; i < 20 && !code; ++i) {
      code = co_await test::failure_of(test::write_text(fs, std::to_string(i), small));
    }
    CHECK(code == ErrorCode::no_space);
    const test::Walked walked = co_await test::walk_all(fs, "", WalkOptions{});
    const auto entries = std::filesystem::directory_iterator(root);
    CHECK(static_cast<std::size_t>(std::distance(begin(entries), end(entries))) ==
          walked.files.size());
  });
}

TEST_CASE("LocalFs: a file that changes while it is read is a conflict") {
  const test::TemporaryDirectory dir;
  with_fs(dir.path(), [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    for (const bool grows : {true, false}) {
      co_await test::write_text(fs, "a", std::string(2'000'000, 'x'));
      const auto source = co_await fs.open(OpContext{}, "a", ReadOptions{});
      co_await source->next();
      std::filesystem::resize_file(root / "a", grows ? 3'000'000 : 1'000'000);
      std::optional<ErrorCode> code;
      for (int i = 0; i < 10 && !code; ++i)
        code = co_await test::failure_of(source->next());
      CHECK(code == ErrorCode::conflict);
    }
  });
}

TEST_CASE("LocalFs: what is no regular file cannot be opened, and does not block") {
  const test::TemporaryDirectory dir;
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  std::filesystem::create_directory(dir.path() / "d");
  with_fs(dir.path(), [](FileSystem& fs, std::filesystem::path) -> Task<> {
    const auto fifo = co_await test::failure_of(fs.open(OpContext{}, "fifo", ReadOptions{}));
    CHECK(fifo == ErrorCode::invalid_input);
    const auto directory = co_await test::failure_of(fs.open(OpContext{}, "d", ReadOptions{}));
    CHECK(directory == ErrorCode::invalid_input);
  });
}

TEST_CASE("LocalFs: durable writes make their directories and files") {
  const test::TemporaryDirectory dir;
  with_fs(dir.path() / "new/root", [](FileSystem& fs, std::filesystem::path) -> Task<> {
    const WriteOptions durable{.durable = true};
    co_await test::write_text(fs, "a/b/c", "x", durable);
    const std::string text = co_await test::read_text(fs, "a/b/c");
    CHECK(text == "x");
  });
}

namespace {

Task<> tell_name(Runtime& runtime, std::filesystem::path root, std::string& name) {
  const auto fs = make_local_fs(runtime, {.root = root, .journal = nullptr});
  name = co_await fs->identity(OpContext{});
  co_await fs->close(OpContext{});
}

std::string name_of_root(const std::filesystem::path& root) {
  std::string name;
  test::run([&](Runtime& runtime) { return tell_name(runtime, root, name); });
  return name;
}

}  // namespace

TEST_CASE("LocalFs: all ways to a root have one name") {
  const test::TemporaryDirectory dir;
  std::filesystem::create_directory(dir.path() / "real");
  std::filesystem::create_directory_symlink("real", dir.path() / "link");
  const std::string real = std::filesystem::canonical(dir.path() / "real").native() + "/";
  for (const char* const way : {"real", "real/", "link", "real/../link/."})
    CHECK(name_of_root(dir.path() / way) == real);
  CHECK(name_of_root(dir.path() / "link/not-there-yet") == real + "not-there-yet/");
}

TEST_CASE("LocalFs: a root that was removed is made again by the next write, and found by a read") {
  const test::TemporaryDirectory dir;
  with_fs(dir.path() / "root", [](FileSystem& fs, std::filesystem::path root) -> Task<> {
    for (const std::string name : {"file", "deep/below/file"}) {
      co_await test::write_text(fs, "deep/before", "x");
      std::filesystem::remove_all(root);
      co_await test::write_text(fs, name, "new");
      const std::string text = co_await test::read_text(fs, name);
      CHECK(text == "new");
      CHECK_FALSE(std::filesystem::exists(root / "deep/before"));

      std::filesystem::remove_all(root);
      std::filesystem::create_directory(root);
      std::ofstream(root / "theirs") << "theirs";
      const std::string theirs = co_await test::read_text(fs, "theirs");
      CHECK(theirs == "theirs");
      const auto found = co_await fs.find(OpContext{}, "theirs", {});
      CHECK(found.has_value());
    }
  });
}
