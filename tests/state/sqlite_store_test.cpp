#include "sluice/state/sqlite_store.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "codec/random_input.hpp"
#include "state/status_contract.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

using namespace sluice;
using namespace sluice::state::test;
using namespace std::chrono_literals;
using Values = std::vector<std::optional<std::string>>;

namespace {

OpenStore opening(const std::filesystem::path& file) {
  return [file](Runtime& runtime) {
    std::filesystem::remove(file);
    return open_store(runtime, "sqlite:" + file.string());
  };
}

Task<> put(Runtime& runtime, std::filesystem::path file, std::vector<KeyValue> pairs) {
  const auto store = co_await open_store(runtime, file.string());
  co_await store->put_many(std::move(pairs));
  co_await store->close();
}

Task<Values> get(Runtime& runtime, std::filesystem::path file, std::vector<std::string> keys) {
  SqliteOptions options;
  options.file = std::move(file);
  options.busy_timeout = 50ms;
  const auto store = co_await open_sqlite_store(runtime, std::move(options));
  Values values = co_await store->get_many(std::move(keys));
  co_await store->close();
  co_return values;
}

Task<> put_briefly(Runtime& runtime, std::filesystem::path file) {
  SqliteOptions options;
  options.file = std::move(file);
  options.busy_timeout = 50ms;
  const auto store = co_await open_sqlite_store(runtime, std::move(options));
  std::vector<KeyValue> pairs{{"a", "2"}};
  co_await store->put_many(std::move(pairs));
}

Task<> discard(Task<Values> task) {
  co_await std::move(task);
}

void put_one(const std::filesystem::path& file) {
  sluice::test::run([&](Runtime& runtime) { return put(runtime, file, {{"a", "1"}}); });
}

/// A failure must name the file.
void check_failure(const std::filesystem::path& file, ErrorCode code) {
  const auto error =
      sluice::test::error_of([&](Runtime& runtime) { return discard(get(runtime, file, {"a"})); });
  REQUIRE(error);
  CHECK_MESSAGE(error->code() == code, error->what());
  CHECK(std::string_view(error->what()).find(file.filename().string()) != std::string_view::npos);
}

/// Another program at work on the file.
struct Stranger {
  sqlite3* database = nullptr;
  Stranger(const std::filesystem::path& file, const char* sql) {
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() { sqlite3_close(database); }
};

}  // namespace

TEST_CASE("SqliteStore keeps the store contract") {
  const sluice::test::TemporaryDirectory scratch;
  check_store_contract(opening(scratch / "state.db"));
}

TEST_CASE("StoredStatusMemory keeps its contract in SQLite") {
  const sluice::test::TemporaryDirectory scratch;
  check_status_contract(opening(scratch / "state.db"));
}

TEST_CASE("SqliteStore: what was put is there for the next one that opens it") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "state.db";
  put_one(file);
  Values values;
  sluice::test::run([&](Runtime& runtime) -> Task<> {
    return [](Runtime& world, std::filesystem::path name, Values& out) -> Task<> {
      out = co_await get(world, std::move(name), {"a", "b"});
    }(runtime, file, values);
  });
  CHECK(values == Values{"1", std::nullopt});
}

TEST_CASE("SqliteStore: its files are their user's alone") {
  const sluice::test::TemporaryDirectory scratch;
  put_one(scratch / "state.db");
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path()))
    CHECK((entry.status().permissions() & std::filesystem::perms(0777)) ==
          std::filesystem::perms(0600));
}

TEST_CASE("SqliteStore: what cannot be opened is an error that names the file") {
  const sluice::test::TemporaryDirectory scratch;
  check_failure(scratch / "none" / "state.db", ErrorCode::not_found);
  std::filesystem::create_directory(scratch / "directory");
  check_failure(scratch / "directory", ErrorCode::invalid_input);
  sluice::test::write_whole(scratch / "text", std::string(5000, 'x'));
  check_failure(scratch / "text", ErrorCode::integrity);
  {
    const Stranger stranger(scratch / "other.db", "CREATE TABLE theirs (a)");
  }
  check_failure(scratch / "other.db", ErrorCode::config);
  put_one(scratch / "newer.db");
  {
    const Stranger stranger(scratch / "newer.db", "PRAGMA user_version = 99");
  }
  check_failure(scratch / "newer.db", ErrorCode::config);
}

TEST_CASE("SqliteStore: a file that another process holds is waited for, then reported as busy") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "state.db";
  put_one(file);
  const Stranger stranger(file, "BEGIN IMMEDIATE");
  const auto begin = std::chrono::steady_clock::now();
  const auto error =
      sluice::test::error_of([&](Runtime& runtime) { return put_briefly(runtime, file); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unavailable);
  CHECK(error->subject() == file.string());
  CHECK(std::chrono::steady_clock::now() - begin >= 45ms);
}

TEST_CASE("SqliteStore: a damaged file gives an error or what was stored, never anything else") {
  const sluice::test::TemporaryDirectory scratch;
  const auto file = scratch / "state.db";
  std::vector<KeyValue> pairs;
  std::vector<std::string> keys;
  for (int i = 0; i < 2000; ++i) {
    keys.push_back("key" + std::to_string(i));
    pairs.push_back({keys.back(), std::string(20, 'v')});
  }
  sluice::test::run([&](Runtime& runtime) { return put(runtime, file, pairs); });
  const std::string whole = sluice::test::read_whole(file);
  REQUIRE(whole.size() > 20'000);
  codec::test::RandomInput random("damaged SQLite file");
  int refused = 0;
  for (int round = 0; round < 40; ++round) {
    std::string damaged = whole;
    const bool cut = round % 2 == 0;
    const std::size_t at = random.below(whole.size() - 4096);
    if (cut) damaged.resize(at);
    if (!cut) damaged.replace(at, 4096, random.bytes(4096));
    sluice::test::write_whole(file, damaged);
    const auto error = sluice::test::error_of([&](Runtime& runtime) {
      return [](Runtime& world, std::filesystem::path name,
                std::vector<std::string> wanted) -> Task<> {
        const Values values = co_await get(world, std::move(name), std::move(wanted));
        CHECK(values.size() == 2000);
      }(runtime, file, keys);
    });
    if (!error) continue;
    ++refused;
    CHECK(error->subject() == file.string());
    const bool expected = error->code() == ErrorCode::integrity ||
                          error->code() == ErrorCode::config ||
                          error->code() == ErrorCode::internal;
    CHECK_MESSAGE(expected, error->what());
  }
  CHECK(refused > 10);
}

namespace {

/// Writes batches of ten until it is killed; tells the parent of each that is durable.
Task<> write_for_ever(Runtime& runtime, std::filesystem::path file, int pipe) {
  const auto store = co_await open_store(runtime, file.string());
  for (std::uint32_t batch = 0;; ++batch) {
    std::vector<KeyValue> pairs;
    for (int i = 0; i < 10; ++i)
      pairs.push_back({"b" + std::to_string(batch) + "." + std::to_string(i), "v"});
    co_await store->put_many(std::move(pairs));
    if (::write(pipe, &batch, sizeof batch) != sizeof batch) std::_Exit(1);
  }
}

pid_t start_writer(const std::filesystem::path& file, int (&pipes)[2]) {
  REQUIRE(::pipe2(pipes, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child > 0) {
    ::close(pipes[1]);
    return child;
  }
  try {
    sluice::test::run([&](Runtime& runtime) { return write_for_ever(runtime, file, pipes[1]); });
  } catch (...) {
  }
  std::_Exit(1);
}

Task<> count_after_kill(Runtime& runtime, std::filesystem::path file, std::uint32_t acknowledged) {
  const auto store = co_await open_store(runtime, file.string());
  const std::uint64_t pairs = co_await store->count("b");
  CHECK(pairs % 10 == 0);
  // The last batch may have become durable without having been acknowledged.
  CHECK(pairs >= 10 * std::uint64_t{acknowledged});
  CHECK(pairs <= 10 * (std::uint64_t{acknowledged} + 1));
  co_await store->close();
}

}  // namespace

TEST_CASE("SqliteStore: after kill -9, every batch that was acknowledged is there, and whole") {
  for (int round = 0; round < 3; ++round) {
    const sluice::test::TemporaryDirectory scratch;
    const auto file = scratch / "state.db";
    int pipes[2];
    const pid_t child = start_writer(file, pipes);
    std::uint32_t batch = 0;
    for (int i = 0; i < 5 + 20 * round; ++i)
      REQUIRE(::read(pipes[0], &batch, sizeof batch) == sizeof batch);
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    while (::read(pipes[0], &batch, sizeof batch) == sizeof batch) {
    }
    ::close(pipes[0]);
    sluice::test::run([&](Runtime& runtime) { return count_after_kill(runtime, file, batch + 1); });
  }
}
