#include "state/backlog_line.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"
#include "sluice/core/error.hpp"
#include "state/listed_files.hpp"

using namespace sluice;
using namespace sluice::state;
using sluice::state::test::file_at;

namespace {

std::string line_of(const FileInfo& file) {
  std::string line;
  append_backlog_line(line, file);
  REQUIRE(line.ends_with("\n"));
  line.pop_back();
  return line;
}

}  // namespace

TEST_CASE("backlog line: has the documented form") {
  const TimePoint time = std::chrono::sys_days(std::chrono::year(2025) / 5 / 28) +
                         std::chrono::hours(10) + std::chrono::milliseconds(250);
  CHECK(line_of(file_at("data/file1.txt", 1024, "0123abcd", time)) ==
        R"({"name":"file1.txt","size":1024,"path":"data/file1.txt",)"
        R"("mod_time":"2025-05-28T10:00:00.25Z","etag":"0123abcd"})");
  FileInfo link = file_at("l", 0);
  link.type = FileType::symlink;
  CHECK(line_of(link) == R"({"name":"l","size":0,"path":"l","type":"symlink"})");
  CHECK(line_of(file_at("d/\xFF", 1)) ==
        "{\"name\":\"\xEF\xBF\xBD\",\"size\":1,\"path_base64\":\"ZC//\"}");
}

TEST_CASE("backlog line: any file comes back as it was, by whichever parser reads it") {
  codec::test::RandomInput random("backlog line");
  FileInfo reused;
  int own = 0;
  for (int round = 0; round < 20'000; ++round) {
    const bool plain = round % 2 == 0;
    FileInfo file;
    file.path = plain ? random.bytes_of("abc/._- ", 1 + random.below(20)) + "日本"
                      : random.bytes(1 + random.below(20));
    file.size = random.next() >> random.below(64);
    if (random.below(2)) file.mtime = TimePoint(Duration(static_cast<std::int64_t>(random.next())));
    if (random.below(2))
      file.etag = plain ? random.bytes_of("0123456789abcdef-", 34) : random.bytes(6);
    if (random.below(8) == 0) file.type = static_cast<FileType>(random.below(4));
    const std::string line = line_of(file);
    INFO(line);
    REQUIRE(line.find('\n') == std::string::npos);
    CHECK(parse_any_line(line, "line") == file);
    if (!parse_own_line(line, reused)) continue;
    ++own;
    CHECK(reused == file);
  }
  CHECK(own > 5000);
}

TEST_CASE("backlog line: damaged lines are refused, or read alike by both parsers") {
  codec::test::RandomInput random("backlog line damaged");
  const std::string line = line_of(file_at("data/日本.txt", 1024, "tag", TimePoint(Duration(5))));
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = line;
    for (std::size_t changes = 1 + random.below(3); changes > 0; --changes)
      damaged[random.below(damaged.size())] =
          random.bytes_of("\"\\{}[]:,0129-.eE \x01\xFFnamesizpthu", 1)[0];
    FileInfo own;
    if (!parse_own_line(damaged, own)) continue;
    INFO(damaged);
    std::optional<FileInfo> general;
    try {
      general = parse_any_line(damaged, "line");
    } catch (const Error&) {
    }
    REQUIRE(general);
    CHECK(*general == own);
  }
}

TEST_CASE("backlog line: the form of others is read") {
  const FileInfo file = parse_any_line(
      R"( { "size" : 7.0, "extra": {"a":[1]}, "path" : "a\u002fb\u65e5", "mod_time": null } )",
      "line");
  CHECK(file == file_at("a/b日", 7));
}

TEST_CASE("backlog line: what names no file is refused") {
  for (const char* line : {"",
                           "x",
                           "[]",
                           "{}",
                           R"({"path":"a"})",
                           R"({"size":1})",
                           R"({"path":"","size":1})",
                           R"({"path":"a","size":1.5})",
                           R"({"path":"a","size":-1})",
                           R"({"path":7,"size":1})",
                           R"({"path_base64":"a","size":1})",
                           R"({"path":"a","size":18446744073709551616})",
                           R"({"path":"a","size":1,"mod_time":"x"})",
                           R"({"path":"a","size":1,"type":"fifo"})",
                           "{\"path\":\"\xFF\",\"size\":1}",
                           R"({"path":"a","size":1)",
                           R"({"path":"a","size":01})",
                           R"({"path":"a","size":1}})",
                           R"({"path":"a","size":1},)",
                           R"({"path":"a",,"size":1})"}) {
    INFO(line);
    FileInfo file;
    CHECK_FALSE(parse_own_line(line, file));
    CHECK_THROWS_AS(parse_any_line(line, "line"), Error);
  }
}
