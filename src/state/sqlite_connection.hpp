#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::state {

struct SqliteClose {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct SqliteFinalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// A prepared statement, used for one execution at a time. Blocking; throws Error naming the file.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3* database, std::string_view file, std::string_view sql);

  /// Begins an execution: resets the statement and drops its parameters.
  SqliteStatement& begin();
  /// The bytes must live until the execution ends. Parameters count from 1.
  SqliteStatement& bind(int parameter, std::string_view bytes);
  SqliteStatement& bind(int parameter, std::int64_t number);
  /// The next row; false at the end, which also ends the execution.
  bool step();
  /// Of the present row; columns count from 0. Valid until the next step.
  std::string_view bytes(int column) const;
  std::int64_t number(int column) const;

 private:
  [[noreturn]] void fail() const;

  sqlite3* database_;
  std::string_view file_;
  std::unique_ptr<sqlite3_stmt, SqliteFinalize> statement_;
};

/// A database file opened for reading and writing, made if missing. For one thread at a time.
class SqliteConnection {
 public:
  SqliteConnection(const std::filesystem::path& file, std::chrono::milliseconds busy_timeout);

  void execute(const char* sql);
  SqliteStatement prepare(std::string_view sql) { return {database_.get(), file_, sql}; }
  /// The first column of the first row, as a number.
  std::int64_t query_number(std::string_view sql);
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::unique_ptr<sqlite3, SqliteClose> database_;
};

/// BEGIN at once with the write lock; rolled back unless committed.
class SqliteTransaction {
 public:
  enum class Kind : bool { read, write };

  SqliteTransaction(SqliteConnection& connection, Kind kind);
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  ~SqliteTransaction();
  void commit();

 private:
  SqliteConnection& connection_;
  bool open_ = true;
};

}  // namespace sluice::state
