#include "sluice/core/log_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "sluice/core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

Lines lines_of(const fs::path& path) {
  Lines lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

std::string numbered(int i) {
  return "line " + std::to_string(i);
}

void write_numbered(LineWriter& log, int begin, int end) {
  for (int i = begin; i < end; ++i)
    log.write_line(numbered(i) + "\n");
}

/// The file's thread writes when it likes: waits, but not for ever.
bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

/// Whole lines "line N", and the sum of what the file says was lost.
struct Counted {
  std::uint64_t kept = 0, lost = 0;

  void add(const std::string& line) {
    if (line.starts_with("line ")) ++kept;
    if (line.find(" log lines were lost") != std::string::npos) lost += std::stoull(line);
  }
};

struct SmallDisk {
  SmallDisk() {
    // Not skipped where it cannot be made: a full disk is a promise of this library.
    REQUIRE_MESSAGE(::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=64k") == 0,
                    "mounting a small tmpfs needs root");
  }
  ~SmallDisk() { ::umount(directory.path().c_str()); }
  test::TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("log file: lines are appended in order, and all are there at the end") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  std::ofstream(path) << "from before\n";
  {
    const auto log = make_log_file({.path = path});
    write_numbered(*log, 0, 5000);
  }
  const Lines lines = lines_of(path);
  REQUIRE(lines.size() == 5001);
  CHECK(lines[0] == "from before");
  for (int i = 0; i < 5000; ++i)
    REQUIRE(lines[static_cast<std::size_t>(i) + 1] == numbered(i));
}

TEST_CASE("log file: it is renamed before it would grow over its size, and as many are kept") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  {
    // Ten bytes a line: 10 lines a file.
    const auto log = make_log_file({.path = path, .max_bytes = 100, .keep = 2});
    for (int i = 100; i < 145; ++i)
      log->write_line("line  " + std::to_string(i) + "\n");
  }
  Lines kept;
  for (const char* const name : {"log.2", "log.1", "log"}) {
    CHECK(fs::file_size(directory.path() / name) <= 100);
    for (const std::string& line : lines_of(directory.path() / name))
      kept.push_back(line);
  }
  CHECK_FALSE(fs::exists(directory.path() / "log.3"));
  REQUIRE(kept.size() == 25);
  for (std::size_t i = 0; i < kept.size(); ++i)
    CHECK(kept[i] == "line  " + std::to_string(120 + i));
}

TEST_CASE("log file: a line larger than a file's size is still written") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  {
    const auto log = make_log_file({.path = path, .max_bytes = 10, .keep = 1});
    log->write_line("a line of more than ten bytes\n");
    log->write_line("another one of that kind\n");
  }
  CHECK(lines_of(directory.path() / "log.1") == Lines{"a line of more than ten bytes"});
  CHECK(lines_of(path) == Lines{"another one of that kind"});
}

TEST_CASE("log file: with keep 0 a full file is deleted; with size 0 it is never full") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log", endless = directory.path() / "endless";
  {
    const auto log = make_log_file({.path = path, .max_bytes = 20, .keep = 0});
    write_numbered(*log, 0, 5);
    const auto other = make_log_file({.path = endless, .max_bytes = 0, .keep = 0});
    write_numbered(*other, 0, 1000);
  }
  CHECK(lines_of(path) == Lines{"line 4"});
  CHECK(lines_of(endless).size() == 1000);
  const auto entries = fs::directory_iterator(directory.path());
  CHECK(std::distance(begin(entries), end(entries)) == 2);
}

TEST_CASE("log file: one that cannot be opened is a fault of the configuration that names it") {
  const test::TemporaryDirectory directory;
  for (const fs::path& path : {directory.path() / "no/such/log", directory.path()}) {
    try {
      make_log_file({.path = path});
      FAIL_CHECK("opened " << path);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config);
      CHECK(error.subject() == path.string());
      CHECK_FALSE(error.message().empty());
    }
  }
}

TEST_CASE("log file: a file that was moved away or deleted is made anew") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log", moved = directory.path() / "moved";
  {
    const auto log = make_log_file({.path = path});
    write_numbered(*log, 0, 1);
    REQUIRE(soon([&] { return lines_of(path).size() == 1; }));
    fs::rename(path, moved);
    write_numbered(*log, 1, 2);
    REQUIRE(soon([&] { return lines_of(path).size() == 1; }));
    fs::remove(path);
    write_numbered(*log, 2, 3);
  }
  CHECK(lines_of(moved) == Lines{"line 0"});
  CHECK(lines_of(path) == Lines{"line 2"});
}

TEST_CASE("log file: what another process wrote counts for its size") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  {
    const auto log = make_log_file({.path = path, .max_bytes = 100, .keep = 1});
    std::ofstream(path, std::ios::app) << std::string(98, 'x') << '\n';
    write_numbered(*log, 0, 1);
  }
  CHECK(fs::file_size(directory.path() / "log.1") == 99);
  CHECK(lines_of(path) == Lines{"line 0"});
}

TEST_CASE("log file: on a full disk lines are lost, counted, and spoken of when there is room") {
  const SmallDisk disk;
  const fs::path path = disk.directory.path() / "log", filler = disk.directory.path() / "filler";
  std::ofstream(filler) << std::string(52 * 1024, 'x');
  Counted counted;
  {
    const auto log = make_log_file({.path = path, .max_bytes = 0});
    write_numbered(*log, 0, 5000);  // some 50 KiB into 12
    const bool full = soon([&] {
      const auto before = fs::file_size(path);
      std::this_thread::sleep_for(50ms);
      return before > 1000 && fs::file_size(path) == before;
    });
    REQUIRE(full);
    fs::remove(filler);
    write_numbered(*log, 5000, 5010);
  }
  const Lines lines = lines_of(path);
  for (const std::string& line : lines)
    counted.add(line);
  CHECK(lines.back() == "line 5009");
  CHECK(counted.lost > 0);
  // The line that was cut off is counted as lost, and may look like a shorter one.
  CHECK(counted.kept + counted.lost >= 5010);
  CHECK(counted.kept + counted.lost <= 5011);
}

TEST_CASE("log file: a disk that hangs holds nobody, and costs bounded memory") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  constexpr int written = 150'000;
  auto log = make_log_file({.path = path, .max_bytes = 0});
  write_numbered(*log, 0, written);  // nobody reads yet
  std::thread closer([&log] { log.reset(); });
  std::string text;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t count = ::read(reader, buffer.data(), buffer.size());
    if (count == 0) break;  // the writer is gone
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    if (count < 0) std::this_thread::sleep_for(1ms);
  }
  closer.join();
  ::close(reader);
  Counted counted;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    counted.add(text.substr(at, end - at));
    at = end + 1;
  }
  CHECK(counted.lost > 0);
  CHECK(counted.kept + counted.lost == written);
}

TEST_CASE("log file: lines of several threads stay whole, and each thread's in order") {
  const test::TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  constexpr int threads = 4, each = 2000;
  {
    const auto log = make_log_file({.path = path});
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([t, log] {
        for (int i = 0; i < each; ++i)
          log->write_line(std::to_string(t) + " " + std::to_string(i) + "\n");
      });
    }
    for (std::thread& writer : writers)
      writer.join();
  }
  std::array<int, threads> next{};
  for (const std::string& line : lines_of(path)) {
    const auto thread = static_cast<std::size_t>(line.at(0) - '0');
    REQUIRE(thread < threads);
    REQUIRE(line == std::to_string(thread) + " " + std::to_string(next[thread]++));
  }
  CHECK(next == std::array<int, threads>{each, each, each, each});
}
