#include "sluice/aws/session.hpp"

#include <utility>

#include "sluice/aws/credentials_chain.hpp"

namespace sluice::aws {

net::ProxyOptions proxies_of(const Environment& environment, net::ProxyOptions given) {
  // curl's rule: the lower-case names win, and HTTP_PROXY in upper case is ignored (CGI servers set
  // it from a request header).
  const auto first = [&environment](const char* one, const char* other) {
    if (auto value = environment.get(one)) return *value;
    return other ? environment.get(other).value_or("") : std::string();
  };
  if (given.http_proxy.empty()) given.http_proxy = first("http_proxy", nullptr);
  if (given.https_proxy.empty()) given.https_proxy = first("https_proxy", "HTTPS_PROXY");
  if (given.no_proxy.empty()) given.no_proxy = first("no_proxy", "NO_PROXY");
  return given;
}

Task<Session> open_session(Runtime& runtime, SessionOptions options) {
  AwsOverrides overrides;
  overrides.profile = options.profile;
  overrides.region = options.region;
  overrides.ca_bundle = options.http.tls.ca_file;
  Session session;
  session.settings = co_await load_aws_settings(runtime, options.environment, std::move(overrides));
  net::Http1Options http = std::move(options.http);
  http.tls.ca_file = session.settings.ca_bundle;
  http.proxy = proxies_of(options.environment, std::move(http.proxy));
  session.http = net::make_http1_client(runtime, std::move(http));
  session.credentials =
      options.anonymous ? make_static_credentials({})
                        : make_credentials_chain(runtime, *session.http,
                                                 {.settings = session.settings, .mfa = nullptr});
  co_return session;
}

}  // namespace sluice::aws
