#include "fs/sftp_servers.hpp"

#include "fs/sftp_sweeper.hpp"
#include "sluice/fs/sftp_fs.hpp"
#include "sluice/sftp/ssh_command.hpp"

namespace sluice {
namespace {

Task<std::unique_ptr<sftp::Channel>> start_ssh(Runtime* runtime, sftp::SshCommand command,
                                               std::string subject) {
  co_return sftp::make_command_channel(*runtime, sftp::words_of(command), std::move(subject));
}

}  // namespace

std::shared_ptr<sftp::Client> SftpServers::make_client(const Location& location) {
  const std::string name = location.server();
  sftp::SshCommand command;
  command.words = settings_.ssh_command;
  command.config_file = settings_.ssh_config;
  command.host = location.host;
  command.user = location.user;
  command.port = location.port;
  command.connect_timeout = std::chrono::ceil<std::chrono::seconds>(settings_.connect_timeout);
  sftp::ClientOptions options;
  options.connection.subject = name;
  options.connection.idle_timeout = settings_.idle_timeout;
  options.most_connections = settings_.connections;
  if (settings_.retry) options.retry = *settings_.retry;
  options.connect = [runtime = &runtime_, command, name](OpContext) {
    return start_ssh(runtime, command, name);
  };
  return std::make_shared<sftp::Client>(runtime_, std::move(options));
}

Task<std::unique_ptr<FileSystem>> SftpServers::open(OpContext context, Location location) {
  std::shared_ptr<sftp::Client>& known = clients_[location.server()];
  const bool is_new = !known;
  if (is_new) known = make_client(location);
  SftpFsOptions options;
  options.client = known;
  options.root = location.path;
  options.allow_non_atomic = settings_.allow_non_atomic;
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
