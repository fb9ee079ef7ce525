#include "state/sqlite_connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "sluice/async/errors.hpp"
#include "sluice/core/error.hpp"

namespace sluice::state {
namespace {

// SQLite would make it readable by all. Only a new file: to close another descriptor of one that is
// in use would drop SQLite's locks on it (fcntl(2)). What fails here fails in SQLite, which says
// so.
void make_private_file(const std::string& file) {
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
}

ErrorCode code_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return ErrorCode::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::integrity;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::permission_denied;
    case SQLITE_FULL:
      return ErrorCode::no_space;
    case SQLITE_TOOBIG:
      return ErrorCode::invalid_input;
    default:
      return ErrorCode::internal;
  }
}

std::string_view explanation(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
      return "another process holds it: ";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "damaged, or no state file: ";
    case SQLITE_READONLY:
      return "cannot be written: ";
    default:
      return "";
  }
}

/// The database may be null, if it could not even be allocated.
[[noreturn]] void throw_sqlite(sqlite3* database, int result, std::string_view file) {
  const int extended = database ? sqlite3_extended_errcode(database) : result;
  const int primary = extended & 0xFF;
  const int system_error = database ? sqlite3_system_errno(database) : 0;
  if ((primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR) && system_error != 0)
    throw error_from_errno(system_error, "using the state file", std::string(file));
  std::string message(explanation(primary));
  message += database ? sqlite3_errmsg(database) : sqlite3_errstr(result);
  throw Error(code_of(primary), "using the state file", std::string(file), std::move(message));
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* database, std::string_view file, std::string_view sql)
    : database_(database), file_(file) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  if (result != SQLITE_OK) fail();
}

void SqliteStatement::fail() const {
  const int result = sqlite3_errcode(database_);
  throw_sqlite(database_, result, file_);
}

SqliteStatement& SqliteStatement::begin() {
  sqlite3_reset(statement_.get());  // repeats the last execution's error, which was thrown then
  sqlite3_clear_bindings(statement_.get());
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view bytes) {
  // A null pointer would bind NULL instead of an empty value.
  const char* const data = bytes.data() ? bytes.data() : "";
  const int result =
      sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
  if (result != SQLITE_OK) fail();
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t number) {
  if (sqlite3_bind_int64(statement_.get(), parameter, number) != SQLITE_OK) fail();
  return *this;
}

bool SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) {
    const int failed = sqlite3_reset(statement_.get());
    throw_sqlite(database_, failed, file_);
  }
  sqlite3_reset(statement_.get());
  return false;
}

std::string_view SqliteStatement::bytes(int column) const {
  const void* const data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

SqliteConnection::SqliteConnection(const std::filesystem::path& file,
                                   std::chrono::milliseconds busy_timeout)
    : file_(file.string()) {
  // NOMUTEX: the database lane is one thread, and a connection is used by one job at a time.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  make_private_file(file_);
  sqlite3* database = nullptr;
  const int result = sqlite3_open_v2(file_.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (result != SQLITE_OK) throw_sqlite(database, result, file_);
  // Without the right to write, SQLite opens for reading only and says nothing.
  if (sqlite3_db_readonly(database, "main") == 1)
    throw Error(ErrorCode::permission_denied, "opening the state file", file_, "cannot be written");
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, static_cast<int>(busy_timeout.count()));
}

void SqliteConnection::execute(const char* sql) {
  const int result = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) throw_sqlite(database_.get(), result, file_);
}

std::int64_t SqliteConnection::query_number(std::string_view sql) {
  SqliteStatement query = prepare(sql);
  return query.step() ? query.number(0) : 0;
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, Kind kind)
    : connection_(connection) {
  // A transaction that begins by reading and then writes can fail at once, without any waiting.
  connection.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

SqliteTransaction::~SqliteTransaction() {
  if (!open_) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Error&) {
    // Some failures (a full disk) have rolled it back already; the first error is being thrown.
  }
}

void SqliteTransaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace sluice::state
