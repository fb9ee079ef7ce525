#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/state/key_value_store.hpp"
#include "sluice/state/memory_store.hpp"
#ifdef SLUICE_HAVE_REDIS
#include "sluice/state/redis_store.hpp"
#endif
#ifdef SLUICE_HAVE_SQLITE
#include "sluice/state/sqlite_store.hpp"
#endif

namespace sluice {
namespace {

using OpenedStore = Task<std::unique_ptr<KeyValueStore>>;

[[maybe_unused]] OpenedStore left_out(std::string store) {
  throw Error(ErrorCode::unsupported, "opening the state", store, "this build leaves it out");
  co_return nullptr;
}

OpenedStore open_memory() {
  co_return make_memory_store();
}

OpenedStore refuse(std::string scheme) {
  throw Error(ErrorCode::invalid_input, "opening the state", scheme + ":...",
              "not memory:, sqlite:, redis:// or a path");
  co_return nullptr;
}

OpenedStore open_redis([[maybe_unused]] Runtime& runtime, [[maybe_unused]] std::string_view url) {
#ifdef SLUICE_HAVE_REDIS
  return open_redis_store(runtime, parse_redis_url(url));
#else
  return left_out("redis://...");
#endif
}

OpenedStore open_sqlite([[maybe_unused]] Runtime& runtime, std::string path) {
#ifdef SLUICE_HAVE_SQLITE
  SqliteOptions options;
  options.file = std::move(path);
  return open_sqlite_store(runtime, std::move(options));
#else
  return left_out(std::move(path));
#endif
}

/// The letters before ':' if they look like a scheme; a path such as "./a:b" has none.
std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::size_t other = url.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+");
  return colon != std::string_view::npos && colon > 1 && other == colon ? url.substr(0, colon) : "";
}

}  // namespace

Task<std::unique_ptr<KeyValueStore>> open_store(Runtime& runtime, std::string url) {
  const std::string scheme(scheme_of(url));
  if (url.empty() || url == "sqlite:")
    throw Error(ErrorCode::invalid_input, "opening the state", url, "it names no file");
  if (url == "memory:") return open_memory();
  if (scheme == "redis" || scheme == "rediss") return open_redis(runtime, url);
  if (scheme == "sqlite") return open_sqlite(runtime, url.substr(scheme.size() + 1));
  if (scheme.empty()) return open_sqlite(runtime, std::move(url));
  return refuse(scheme);
}

}  // namespace sluice
