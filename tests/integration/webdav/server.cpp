#include "server.hpp"

#include <cstdlib>

#include "sluice/net/http1_client.hpp"

namespace sluice::test {
namespace {

std::string required(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) throw Error(ErrorCode::config, "test", name, "it is not set");
  return text;
}

constexpr std::size_t streams = 3;

net::Http1Options http_options() {
  net::Http1Options options;
  options.connections_per_endpoint = 2 * streams + 1;
  return options;
}

}  // namespace

webdav::ClientOptions client_options() {
  const net::Url url = net::parse_url(required("SLUICE_WEBDAV_URL"));
  webdav::ClientOptions options;
  options.endpoint = url.endpoint;
  options.subject = "webdav://" + url.endpoint.authority();
  options.credentials.user = required("SLUICE_WEBDAV_USER");
  options.credentials.password = Secret(required("SLUICE_WEBDAV_PASSWORD"));
  options.most_streams = streams;
  options.retry.base = std::chrono::milliseconds(10);
  return options;
}

WebdavServer::WebdavServer(Runtime& runtime)
    : http(net::make_http1_client(runtime, http_options())) {
  const net::Url url = net::parse_url(required("SLUICE_WEBDAV_URL"));
  base = url.target.substr(0, url.target.size() - 1);
  files = required("SLUICE_WEBDAV_FILES");
  client = std::make_shared<webdav::Client>(runtime, http, client_options());
}

}  // namespace sluice::test
