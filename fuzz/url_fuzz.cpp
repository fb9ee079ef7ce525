// A URL that is accepted reads the same again from its parts; proxy settings and NO_PROXY lists do
// not crash.
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/proxy_rules.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/endpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sluice::net::NoProxyList list(text);
  try {
    const sluice::net::Url url = sluice::net::parse_url(text);
    const sluice::net::Url again = sluice::net::parse_url(url.endpoint.origin() + url.target);
    if (again.endpoint != url.endpoint || again.target != url.target) std::abort();
    (void)list.matches(url.endpoint);
  } catch (const sluice::Error& error) {
    if (error.code() != sluice::ErrorCode::invalid_input) std::abort();
  }
  try {
    (void)sluice::net::parse_proxy(text);
  } catch (const sluice::Error& error) {
    if (error.code() != sluice::ErrorCode::config) std::abort();
  }
  return 0;
}
