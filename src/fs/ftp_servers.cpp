#include "fs/ftp_servers.hpp"

#include "fs/ftp_site.hpp"
#include "fs/ftp_sweeper.hpp"
#include "fs/server_names.hpp"
#include "sluice/fs/ftp_fs.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice {
namespace {

ftp::Security security_of(Scheme scheme) {
  if (scheme == Scheme::ftps) return ftp::Security::implicit_tls;
  return scheme == Scheme::ftpes ? ftp::Security::explicit_tls : ftp::Security::clear;
}

}  // namespace

Task<std::shared_ptr<ftp::Client>> FtpServers::make_client(Location location) {
  ftp::ClientOptions options;
  ftp::ConnectionOptions& connection = options.connection;
  connection.host = location.host;
  connection.port = location.port;
  connection.security = security_of(location.scheme);
  connection.subject = location.server();
  connection.tls = options_.http.tls;
  connection.tls.tls13 = options_.ftp.tls13;
  connection.bandwidth = options_.http.bandwidth;
  connection.connect_timeout = options_.http.connect_timeout;
  connection.idle_timeout = options_.http.idle_timeout;
  const auto charset = charset_of_host(options_.encodings, location.host);
  connection.utf8_names = !charset || net::equal_names(charset->name(), "UTF-8");
  options.most_connections = options_.ftp.connections;
  if (options_.ftp.retry) options.retry = *options_.ftp.retry;
  auto login = co_await find_login(runtime_, options_.environment, options_.logins, location);
  if (login) {
    connection.user = std::move(login->user);
    connection.password = std::move(login->password);
  }
  co_return std::make_shared<ftp::Client>(runtime_, std::move(options));
}

Task<std::unique_ptr<FileSystem>> FtpServers::open(OpContext context, Location location) {
  std::shared_ptr<ftp::Client> client = clients_[location.server()];
  const bool is_new = !client;
  if (is_new) client = co_await make_client(location);
  clients_[location.server()] = client;
  FtpFsOptions options;
  options.client = client;
  options.root = location.path;
  options.allow_non_atomic = options_.ftp.allow_non_atomic;
  options.charset = charset_of_host(options_.encodings, location.host);
  options.journal = options_.journal;
  if (is_new && options_.journal) {
    FtpSweeper sweeper(client);
    co_await sweep_and_tell(context, ftp_temporaries_kind, location.server(), options_.journal,
                            sweeper);
  }
  co_return co_await open_ftp_fs(runtime_, std::move(context), std::move(options));
}

Task<> FtpServers::close() {
  for (const auto& [name, client] : clients_) {
    if (client) co_await client->close();
  }
  clients_.clear();
}

}  // namespace sluice
