#include "fs/webdav_servers.hpp"

#include <algorithm>
#include <utility>

#include "fs/server_names.hpp"
#include "fs/webdav_site.hpp"
#include "fs/webdav_sweeper.hpp"
#include "sluice/aws/session.hpp"
#include "sluice/fs/webdav_fs.hpp"

namespace sluice {
namespace {

net::Endpoint endpoint_of(const Location& location) {
  net::Endpoint endpoint;
  endpoint.tls = location.scheme == Scheme::webdavs;
  endpoint.host = location.host;
  for (char& c : endpoint.host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::uint16_t usual = endpoint.tls ? 443 : 80;
  endpoint.port = location.port == 0 ? usual : location.port;
  return endpoint;
}

}  // namespace

Task<WebdavServers::Server> WebdavServers::connect(OpContext context, Location location) {
  webdav::ClientOptions client;
  client.endpoint = endpoint_of(location);
  client.subject = location.server();
  client.credentials.allow_clear = options_.webdav.allow_clear_password;
  if (options_.webdav.retry) client.retry = *options_.webdav.retry;
  auto token = secret_of_host(options_.environment, "TOKEN", location.host);
  if (token) {
    client.credentials.token = std::move(*token);
  } else {
    auto login = co_await find_login(runtime_, options_.environment, options_.logins, location);
    if (login) {
      client.credentials.user = std::move(login->user);
      client.credentials.password = std::move(login->password);
    }
  }
  net::Http1Options http = options_.http;
  // A file that goes from a server to itself holds two, and what is asked beside needs some more.
  client.most_streams = http.connections_per_endpoint;
  http.connections_per_endpoint = 2 * http.connections_per_endpoint + 8;
  http.proxy = aws::proxies_of(options_.environment, std::move(http.proxy));
  Server server;
  server.http = net::make_http1_client(runtime_, std::move(http));
  server.client = std::make_shared<webdav::Client>(runtime_, server.http, std::move(client));
  if (options_.journal) {
    WebdavSweeper sweeper(server.client);
    co_await sweep_and_tell(context, webdav_temporaries_kind, location.server(), options_.journal,
                            sweeper);
  }
  co_return server;
}

Task<std::unique_ptr<FileSystem>> WebdavServers::open(OpContext context, Location location) {
  const std::string name = location.server();
  {
    const auto turn = co_await opening_.acquire();
    if (!servers_.contains(name)) servers_[name] = co_await connect(context, location);
  }
  WebdavFsOptions options;
  options.client = servers_[name].client;
  options.root = location.path;
  options.charset = charset_of_host(options_.encodings, location.host);
  options.journal = options_.journal;
  options.buffer_memory = options_.buffer_memory;
  options.chunk_size = std::max(options.chunk_size, options_.part_size);
  const std::string root = ServerNames(options.charset).on_server(options.root);
  options.traits = co_await probe_webdav(context, options.client, root);
  if (options.traits.hides_dot_names)
    context.log.warn(
        "The server does not list names that begin with a dot, and empty directories "
        "are not removed from it",
        {{"server", name}});
  co_return make_webdav_fs(runtime_, std::move(options));
}

Task<> WebdavServers::close() {
  for (const auto& [name, server] : servers_)
    co_await server.http->close();
  servers_.clear();
}

}  // namespace sluice
