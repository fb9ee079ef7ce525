#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "sluice/core/error.hpp"
#include "sluice/state/redis_store.hpp"

namespace sluice {
namespace {

[[noreturn]] void refuse(std::string reason) {
  // The URL itself is not shown: it may hold a password.
  throw Error(ErrorCode::invalid_input, "reading a Redis URL", "redis://...", std::move(reason));
}

template <class Number>
Number number_of(std::string_view text, std::string_view what) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [after, failure] = std::from_chars(text.data(), end, number);
  if (text.empty() || failure != std::errc() || after != end)
    refuse("the " + std::string(what) + " is no number that fits");
  return number;
}

net::TlsOptions tls_options_of(const boost::urls::url_view& url) {
  net::TlsOptions options;
  options.application_protocol.clear();  // Redis has none registered
  for (const auto& parameter : url.params()) {
    const std::string name = parameter.key;
    if (name == "ca_file") {
      options.ca_file = parameter.value;
    } else if (name == "client_certificate") {
      options.client_certificate = parameter.value;
    } else if (name == "client_key") {
      options.client_key = parameter.value;
    } else {
      refuse("its query has other names than ca_file, client_certificate and client_key");
    }
  }
  return options;
}

}  // namespace

RedisOptions parse_redis_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) refuse("it is no URL");
  const boost::urls::url_view& url = *parsed;
  const bool tls = url.scheme() == "rediss";
  if (!tls && url.scheme() != "redis") refuse("its scheme is neither redis nor rediss");
  if (url.host().empty()) refuse("it names no host");
  if (url.has_fragment()) refuse("it has a fragment");
  if (url.has_query() && !tls) refuse("it has a query");
  RedisOptions options;
  if (tls) options.tls = tls_options_of(url);
  options.host = url.host_address();
  options.user = url.user();
  options.password = Secret(url.password());
  if (!options.user.empty() && options.password.empty()) refuse("it names a user but no password");
  if (url.has_port()) options.port = number_of<std::uint16_t>(url.port(), "port");
  std::string path = url.path();
  if (path.starts_with('/')) path.erase(0, 1);
  if (!path.empty()) options.database = number_of<std::uint32_t>(path, "database");
  return options;
}

}  // namespace sluice
