#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "sluice/state/key_value_store.hpp"

namespace sluice {

struct SqliteOptions {
  std::filesystem::path file;  ///< Made if it is not there; its directory must be.
  /// How long a call waits for another process that holds the file.
  std::chrono::milliseconds busy_timeout = std::chrono::seconds(10);
};

/// One file in write-ahead mode, shared safely with other processes of this host; all its calls run
/// on runtime.database().
///
/// `synchronous` is FULL: a write that returned survives a loss of power. With NORMAL, the last
/// commits could vanish, and with them an intent whose overwrite did happen: the step would then
/// be fed its own output. The price, one fsync a batch, is shared by all that wait for it.
///
/// Throws Error naming the file if it is no Sluice store (`config`), damaged (`integrity`), locked
/// by others beyond the timeout (`unavailable`), or cannot be opened or written.
Task<std::unique_ptr<KeyValueStore>> open_sqlite_store(Runtime& runtime, SqliteOptions options);

}  // namespace sluice
