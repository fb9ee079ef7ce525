#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/state/redis_store.hpp"

/// A URL of Redis is understood or refused as such, and a refusal shows nothing of it: it may hold
/// a password.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  try {
    const sluice::RedisOptions options = sluice::parse_redis_url(url);
    require(!options.host.empty(), "a host");
    require(options.user.empty() || !options.password.empty(), "no user without password");
    require(options.tls || url.find('?') == std::string_view::npos, "no query in the clear");
    require(!options.tls || options.tls->verify, "TLS is verified");
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::invalid_input, "refused as input");
    require(error.subject() == "redis://...", "a password may stand in it");
  }
  return 0;
}
