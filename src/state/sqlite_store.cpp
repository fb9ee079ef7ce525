#include "sluice/state/sqlite_store.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "state/key_prefix.hpp"
#include "state/sqlite_connection.hpp"

namespace sluice {
namespace {

using state::SqliteConnection;
using state::SqliteStatement;
using state::SqliteTransaction;

// "SLUI", in the file's header (sqlite.org/fileformat2.html, section 1.3.13): tells our files
// apart.
constexpr std::int64_t application_id = 0x534C5549;
constexpr std::int64_t schema_version = 1;

void throw_foreign(const SqliteConnection& connection, std::string message) {
  throw Error(ErrorCode::config, "opening the state file", connection.file(), std::move(message));
}

bool is_new(SqliteConnection& connection) {
  return connection.query_number("PRAGMA application_id") == 0 &&
         connection.query_number("SELECT count(*) FROM sqlite_schema") == 0;
}

void create_schema(SqliteConnection& connection) {
  SqliteTransaction transaction(connection, SqliteTransaction::Kind::write);
  if (!is_new(connection)) return;  // another process was faster
  connection.execute(
      "CREATE TABLE pairs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
  connection.execute("PRAGMA application_id = 0x534C5549; PRAGMA user_version = 1");
  transaction.commit();
}

SqliteConnection open_connection(const SqliteOptions& options) {
  SqliteConnection connection(options.file, options.busy_timeout);
  if (is_new(connection)) {
    connection.execute("PRAGMA journal_mode = WAL");
    create_schema(connection);
  }
  if (connection.query_number("PRAGMA application_id") != application_id)
    throw_foreign(connection, "this is a database of another program");
  if (connection.query_number("PRAGMA user_version") != schema_version)
    throw_foreign(connection, "it was written by another version of Sluice");
  connection.execute("PRAGMA synchronous = FULL");
  return connection;
}

/// The blocking half: every call is one job on the database lane.
class SqlitePairs {
 public:
  explicit SqlitePairs(const SqliteOptions& options)
      : connection_(open_connection(options)),
        get_(connection_.prepare("SELECT value FROM pairs WHERE key = ?1")),
        put_(connection_.prepare("INSERT OR REPLACE INTO pairs (key, value) VALUES (?1, ?2)")),
        erase_(connection_.prepare("DELETE FROM pairs WHERE key = ?1")) {}

  std::vector<std::optional<std::string>> get_many(const std::vector<std::string>& keys) {
    SqliteTransaction transaction(connection_, SqliteTransaction::Kind::read);
    std::vector<std::optional<std::string>> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (get_.begin().bind(1, keys[i]).step()) values[i] = get_.bytes(0);
    get_.begin();  // a statement left in the middle would hold the transaction open
    transaction.commit();
    return values;
  }

  void write(const std::vector<KeyValue>& puts, const std::vector<std::string>& erasures) {
    SqliteTransaction transaction(connection_, SqliteTransaction::Kind::write);
    for (const KeyValue& put : puts)
      put_.begin().bind(1, put.key).bind(2, put.value).step();
    for (const std::string& key : erasures)
      erase_.begin().bind(1, key).step();
    transaction.commit();
  }

  std::vector<KeyValue> scan(const std::string& prefix, const std::string& after,
                             std::size_t limit) {
    // The least key greater than `after` is `after` and a NUL.
    const std::string first = after < prefix ? prefix : after + '\0';
    const auto end = state::key_after_prefix(prefix);
    SqliteStatement query = connection_.prepare("SELECT key, value FROM pairs " + range(end) +
                                                " ORDER BY key LIMIT ?3");
    bind_range(query, first, end);
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    query.bind(3, static_cast<std::int64_t>(std::min(limit, most)));
    std::vector<KeyValue> found;
    while (query.step())
      found.push_back({std::string(query.bytes(0)), std::string(query.bytes(1))});
    return found;
  }

  std::uint64_t count(const std::string& prefix) {
    const auto end = state::key_after_prefix(prefix);
    SqliteStatement query = connection_.prepare("SELECT count(*) FROM pairs " + range(end));
    bind_range(query, prefix, end);
    query.step();
    return static_cast<std::uint64_t>(query.number(0));
  }

 private:
  // One plain bound each way: what SQLite can turn into one walk along the index.
  static std::string range(const std::optional<std::string>& end) {
    return end ? "WHERE key >= ?1 AND key < ?2" : "WHERE key >= ?1";
  }
  static void bind_range(SqliteStatement& query, const std::string& first,
                         const std::optional<std::string>& end) {
    query.bind(1, first);
    if (end) query.bind(2, *end);
  }

  SqliteConnection connection_;
  SqliteStatement get_, put_, erase_;
};

class SqliteStore final : public KeyValueStore {
 public:
  SqliteStore(Runtime& runtime, std::unique_ptr<SqlitePairs> pairs)
      : lane_(runtime.database()), pairs_(std::move(pairs)) {}

  Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) override {
    auto job = [this, &keys] { return pairs().get_many(keys); };
    co_return co_await offload(lane_, job);
  }

  Task<> write(std::vector<KeyValue> puts, std::vector<std::string> erasures) override {
    auto job = [this, &puts, &erasures] { pairs().write(puts, erasures); };
    co_await offload(lane_, job);
  }

  Task<std::vector<KeyValue>> scan(std::string prefix, std::string after,
                                   std::size_t limit) override {
    auto job = [this, &prefix, &after, limit] { return pairs().scan(prefix, after, limit); };
    co_return co_await offload(lane_, job);
  }

  Task<std::uint64_t> count(std::string prefix) override {
    auto job = [this, &prefix] { return pairs().count(prefix); };
    co_return co_await offload(lane_, job);
  }

  std::string_view backend() const override { return "sqlite"; }

  Task<> close() override {
    // The last connection moves the write-ahead log into the file: work for the lane.
    auto job = [this] { pairs_.reset(); };
    co_await offload(lane_, job);
  }

 private:
  SqlitePairs& pairs() {
    if (!pairs_) throw Error(ErrorCode::internal, "using the state file", "", "it was closed");
    return *pairs_;
  }

  Lane& lane_;
  std::unique_ptr<SqlitePairs> pairs_;
};

}  // namespace

Task<std::unique_ptr<KeyValueStore>> open_sqlite_store(Runtime& runtime, SqliteOptions options) {
  auto job = [&options] { return std::make_unique<SqlitePairs>(options); };
  auto pairs = co_await offload(runtime.database(), job);
  co_return std::make_unique<SqliteStore>(runtime, std::move(pairs));
}

}  // namespace sluice
