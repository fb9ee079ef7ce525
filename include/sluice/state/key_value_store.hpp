#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

struct KeyValue {
  std::string key;    ///< Any bytes, at least one.
  std::string value;  ///< Any bytes.

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

/// A small ordered map of bytes to bytes that outlives the process. Every call takes a batch, for a
/// round trip or a transaction costs far more than a key.
///
/// Lives on the loop; calls may overlap. Reads see every write that returned before they began.
/// Throws Error: `unavailable` (busy or down), `integrity` (a damaged file), `permission_denied`,
/// `no_space`, `network`, `timeout`, `cancelled`; the subject is the file or the URL without
/// password.
class KeyValueStore {
 public:
  virtual ~KeyValueStore() = default;

  /// The values of `keys`, in their order; nullopt for what is not there.
  virtual Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) = 0;

  /// Stores `puts` (the last one of a key wins), then removes `erasures`: all or nothing, and
  /// durable when it returns (for Redis: as durable as the server is set up to be).
  virtual Task<> write(std::vector<KeyValue> puts, std::vector<std::string> erasures) = 0;

  /// Up to `limit` pairs whose keys begin with `prefix` and are greater than `after` (a whole key;
  /// empty: from the first one), in byte order of the keys. Fewer than `limit` means: the last
  /// ones.
  virtual Task<std::vector<KeyValue>> scan(std::string prefix, std::string after,
                                           std::size_t limit) = 0;

  /// How many keys begin with `prefix`.
  virtual Task<std::uint64_t> count(std::string prefix) = 0;

  /// "redis", "sqlite", "memory": for logs. A store of an embedder's own has a name of its own.
  virtual std::string_view backend() const { return "custom"; }

  /// Ends connections and closes files; nothing may be called after it.
  virtual Task<> close() = 0;

  Task<> put_many(std::vector<KeyValue> puts) { return write(std::move(puts), {}); }
  Task<> erase_many(std::vector<std::string> keys) { return write({}, std::move(keys)); }
};

/// Opens the store that `url` names: "memory:", "sqlite:/path/to/file", a plain path (SQLite), or
/// "redis://[[user]:password@]host[:port][/database]". Throws Error{invalid_input} for another
/// scheme, Error{unsupported} for a store that this build leaves out, and what the store throws.
Task<std::unique_ptr<KeyValueStore>> open_store(Runtime& runtime, std::string url);

}  // namespace sluice
