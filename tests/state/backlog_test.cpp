#include "sluice/state/backlog.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>

#include "codec/random_input.hpp"
#include "sluice/codec/gzip.hpp"
#include "state/listed_files.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

using namespace sluice;
using namespace sluice::state::test;
using Files = std::vector<FileInfo>;

namespace {

Task<> write_into(Runtime& runtime, std::filesystem::path file, std::unique_ptr<FileStream> files,
                  BacklogSummary& summary) {
  summary = co_await write_backlog(runtime, std::move(file), std::move(files));
}

BacklogSummary write(const std::filesystem::path& file, Files files) {
  BacklogSummary summary;
  sluice::test::run([&](Runtime& runtime) {
    return write_into(runtime, file, std::make_unique<ListedFiles>(files, 700), summary);
  });
  return summary;
}

Task<> read_into(Runtime& runtime, std::filesystem::path file, Files& files, std::uint64_t& count) {
  count = co_await count_backlog(runtime, file);
  files = co_await all_of(read_backlog(runtime, file));
}

Files read(const std::filesystem::path& file) {
  Files files;
  std::uint64_t count = 0;
  sluice::test::run([&](Runtime& runtime) { return read_into(runtime, file, files, count); });
  CHECK(count == files.size());
  return files;
}

Task<> read_only(Runtime& runtime, std::filesystem::path file) {
  co_await all_of(read_backlog(runtime, file));
}
Task<> count_only(Runtime& runtime, std::filesystem::path file) {
  co_await count_backlog(runtime, file);
}

std::optional<Error> reading_error(const std::filesystem::path& file) {
  return sluice::test::error_of([&](Runtime& runtime) { return read_only(runtime, file); });
}
std::optional<Error> counting_error(const std::filesystem::path& file) {
  return sluice::test::error_of([&](Runtime& runtime) { return count_only(runtime, file); });
}

std::string packed(std::string_view text) {
  codec::GzipWriter writer;
  std::string out;
  writer.write(as_bytes(text), out);
  writer.finish(out);
  return out;
}

std::size_t entries_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

Files some_files() {
  Files files;
  for (std::uint64_t i = 0; i < 5; ++i)
    files.push_back(file_at("in/" + std::to_string(i), i, "tag"));
  return files;
}

}  // namespace

TEST_CASE("backlog: random files with any bytes in their paths come back in order") {
  const sluice::test::TemporaryDirectory scratch;
  codec::test::RandomInput random("backlog round trip");
  Files files;
  for (int i = 0; i < 5000; ++i) {
    FileInfo file = file_at(random.bytes(1 + random.below(40)), random.next());
    if (random.below(2)) file.mtime = TimePoint(Duration(static_cast<std::int64_t>(random.next())));
    if (random.below(2)) file.etag = random.bytes_of("0123456789abcdef", 32);
    if (random.below(9) == 0) file.type = FileType::symlink;
    files.push_back(std::move(file));
  }
  const BacklogSummary summary = write(scratch / "backlog.json.gz", files);
  CHECK(summary.files == 5000);
  CHECK(read(scratch / "backlog.json.gz") == files);
}

TEST_CASE("backlog: an empty list is a list") {
  const sluice::test::TemporaryDirectory scratch;
  CHECK(write(scratch / "b.gz", {}).files == 0);
  CHECK(read(scratch / "b.gz").empty());
}

TEST_CASE("backlog: the walk's failures are counted and the rest is listed") {
  const sluice::test::TemporaryDirectory scratch;
  auto walk = std::make_unique<ListedFiles>(some_files());
  for (int i = 0; i < 150; ++i)
    walk->failures.emplace_back(ErrorCode::permission_denied, "list", "d" + std::to_string(i),
                                "denied");
  BacklogSummary summary;
  sluice::test::run([&](Runtime& runtime) {
    return write_into(runtime, scratch / "b.gz", std::move(walk), summary);
  });
  CHECK(summary.files == 5);
  CHECK(summary.failures == 150);
  REQUIRE(summary.first_failures.size() == 100);
  CHECK(summary.first_failures[99].subject() == "d99");
  CHECK(read(scratch / "b.gz") == some_files());
}

TEST_CASE("backlog: a walk that breaks off leaves the old backlog and nothing else") {
  const sluice::test::TemporaryDirectory scratch;
  write(scratch / "b.gz", some_files());
  auto walk = listed({file_at("x", 1)});
  walk->broken_off = Error(ErrorCode::network, "list", "s3://b", "reset");
  BacklogSummary summary;
  const auto error = sluice::test::error_of([&](Runtime& runtime) {
    return write_into(runtime, scratch / "b.gz", std::move(walk), summary);
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(read(scratch / "b.gz") == some_files());
  CHECK(entries_in(scratch.path()) == 1);
}

TEST_CASE("backlog: what cannot be written or read is an error that names the file") {
  const sluice::test::TemporaryDirectory scratch;
  BacklogSummary summary;
  auto error = sluice::test::error_of([&](Runtime& runtime) {
    return write_into(runtime, scratch / "none" / "b.gz", listed({}), summary);
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_found);
  CHECK(error->subject() == (scratch / "none" / "b.gz").string());
  std::filesystem::create_directory(scratch / "directory");
  error = sluice::test::error_of([&](Runtime& runtime) {
    return write_into(runtime, scratch / "directory", listed({}), summary);
  });
  REQUIRE(error);
  CHECK(error->subject() == (scratch / "directory").string());
  CHECK(entries_in(scratch.path()) == 1);
  error = reading_error(scratch / "missing.gz");
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_found);
}

TEST_CASE("backlog: a disk that takes no more is an error and leaves nothing behind") {
  const sluice::test::TemporaryDirectory scratch;
  codec::test::RandomInput random("backlog on a full disk");
  Files files;
  for (int i = 0; i < 50'000; ++i)
    files.push_back(file_at(random.bytes_of("abcdefghijklmnop", 30), random.next()));
  // A limit on the size of files stands in for a disk's.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 300'000;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  BacklogSummary summary;
  const auto error = sluice::test::error_of([&](Runtime& runtime) {
    return write_into(runtime, scratch / "b.gz", listed(files), summary);
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE(error);
  CHECK(error->subject() == (scratch / "b.gz").string());
  CHECK(entries_in(scratch.path()) == 0);
}

TEST_CASE("backlog: cut off at any byte, it is an error for the reader and the counter") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  write(file, some_files());
  const std::string whole = sluice::test::read_whole(file);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    sluice::test::write_whole(file, whole.substr(0, size));
    for (const auto& error : {reading_error(file), counting_error(file)}) {
      REQUIRE(error);
      CHECK(error->code() == ErrorCode::integrity);
      CHECK(error->subject().starts_with(file.string() + ": line "));
    }
  }
}

TEST_CASE("backlog: any flipped bit is an error or changes nothing") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  write(file, some_files());
  const std::string whole = sluice::test::read_whole(file);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    sluice::test::write_whole(file, damaged);
    INFO(bit);
    if (const auto error = reading_error(file)) {
      CHECK(error->code() == ErrorCode::integrity);
      ++refused;
    } else {
      CHECK(read(file) == some_files());  // only gzip's header has bits that mean nothing
    }
  }
  CHECK(refused > (whole.size() - 10) * 8);
}

TEST_CASE("backlog: a bad line is named by its number, and nothing is silently left out") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  std::string text;
  for (int i = 1; i <= 2500; ++i)
    text += i == 2345 ? "{\"path\":\"a\"}\n" : "{\"path\":\"a\",\"size\":1}\n";
  sluice::test::write_whole(file, packed(text));
  const auto error = reading_error(file);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
  CHECK(error->subject() == file.string() + ": line 2345");
}

TEST_CASE("backlog: the end is named by its line if the file is cut off in the middle") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  std::string text;
  codec::test::RandomInput random("cut backlog");
  for (int i = 0; i < 20'000; ++i)
    text += "{\"path\":\"" + random.bytes_of("abcdefghijklmnop", 20) + "\",\"size\":1}\n";
  const std::string whole = packed(text);
  sluice::test::write_whole(file, whole.substr(0, whole.size() / 2));
  const auto reading = reading_error(file), counting = counting_error(file);
  REQUIRE(reading);
  REQUIRE(counting);
  CHECK(reading->subject() == counting->subject());
  const int line = std::stoi(reading->subject().substr(reading->subject().rfind(' ')));
  CHECK(line > 8000);
  CHECK(line < 12'000);
}

TEST_CASE(
    "backlog: lists of other writers are read: members, blank lines, no last line end, no name") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  sluice::test::write_whole(
      file, packed("\n{\"path\":\"a\",\"size\":1}\r\n\n\n{ \"size\": 2, \"path\": \"b\" }\n") +
                packed("{\"path\":\"c\",\"size\":3}"));
  CHECK(read(file) == Files{file_at("a", 1), file_at("b", 2), file_at("c", 3)});
}

TEST_CASE("backlog: a line without end is refused, not held in memory") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "b.gz";
  sluice::test::write_whole(file, packed(std::string(64 << 20, ' ')));
  const auto error = reading_error(file);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
}

TEST_CASE("backlog: after an error the stream keeps failing") {
  const sluice::test::TemporaryDirectory scratch;
  sluice::test::write_whole(scratch / "b.gz", packed("x\n"));
  sluice::test::run([&](Runtime& runtime) {
    return [](Runtime& world, std::filesystem::path file) -> Task<> {
      const auto stream = read_backlog(world, std::move(file));
      for (int i = 0; i < 2; ++i) {
        bool thrown = false;
        try {
          co_await stream->next();
        } catch (const Error&) {
          thrown = true;
        }
        CHECK(thrown);
      }
    }(runtime, scratch / "b.gz");
  });
}
