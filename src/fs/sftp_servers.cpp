#include "fs/sftp_servers.hpp"

#include "fs/server_names.hpp"
#include "fs/sftp_sweeper.hpp"
#include "fs/sftp_transport.hpp"
#include "sluice/fs/sftp_fs.hpp"

namespace sluice {
std::shared_ptr<sftp::Client> SftpServers::make_client(const Location& location) {
  const std::string name = location.server();
  const auto transport =
      std::make_shared<SftpTransport>(runtime_, settings_, logins_, environment_, location);
  sftp::ClientOptions options;
  options.connection.subject = name;
  options.connection.idle_timeout = settings_.idle_timeout;
  options.most_connections = settings_.connections;
  if (settings_.retry) options.retry = *settings_.retry;
  options.connect = [transport](OpContext context) {
    return transport->connect(std::move(context));
  };
  constexpr std::size_t most_handshakes = 8;
  std::shared_ptr<Semaphore>& handshakes = handshakes_[location.host];
  if (!handshakes) handshakes = std::make_shared<Semaphore>(runtime_.executor(), most_handshakes);
  options.handshakes = handshakes;
  return std::make_shared<sftp::Client>(runtime_, std::move(options));
}

Task<std::unique_ptr<FileSystem>> SftpServers::open(OpContext context, Location location) {
  std::shared_ptr<sftp::Client>& known = clients_[location.server()];
  const bool is_new = !known;
  if (is_new) known = make_client(location);
  SftpFsOptions options;
  options.client = known;
  options.root = location.path;
  options.bandwidth = bandwidth_;
  options.allow_non_atomic = settings_.allow_non_atomic;
  options.charset = charset_of_host(encodings_, location.host);
  options.journal = journal_;
  if (is_new && journal_) {
    SftpSweeper sweeper(options.client);
    co_await sweep_and_tell(context, sftp_temporaries_kind, location.server(), journal_, sweeper);
  }
  co_return make_sftp_fs(runtime_, std::move(options));
}

Task<> SftpServers::close() {
  for (const auto& [name, client] : clients_)
    co_await client->close();
  clients_.clear();
}

}  // namespace sluice
