#include "server.hpp"

#include <cstdlib>
#include <sstream>

#include "fs/ssh_channel.hpp"
#include "sluice/sftp/ssh_command.hpp"

namespace sluice::test {
namespace {

Task<std::unique_ptr<sftp::Channel>> run_command(Runtime* runtime) {
  co_return sftp::make_command_channel(*runtime, server_command(), "sftp://test");
}

std::string setting(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) throw Error(ErrorCode::config, "test", name, "it is not set");
  return text;
}

}  // namespace

const std::vector<std::string>& server_command() {
  static const std::vector<std::string> words = [] {
    const char* const text = std::getenv("SLUICE_SFTP_COMMAND");
    if (!text) throw Error(ErrorCode::config, "test", "SLUICE_SFTP_COMMAND", "it is not set");
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
      lines.push_back(line);
    return lines;
  }();
  return words;
}

ssh::ConnectorOptions connector_options() {
  ssh::ConnectorOptions options;
  options.host = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(std::stoi(setting("SLUICE_SSH_PORT")));
  options.user = setting("SLUICE_SSH_USER");
  options.subject = "sftp://test";
  options.key_files = {setting("SLUICE_SSH_KEY")};
  options.only_these_keys = true;
  options.known_hosts = {setting("SLUICE_SSH_KNOWN_HOSTS")};
  return options;
}

std::shared_ptr<sftp::Client> make_client(Runtime& runtime, const SftpSettings& settings) {
  sftp::ClientOptions options;
  options.connection.subject = "sftp://test";
  options.connection.most_in_flight = settings.most_in_flight;
  options.connection.most_handles = settings.most_handles;
  options.most_connections = settings.connections;
  if (std::getenv("SLUICE_SSH_PORT")) {
    const auto connector = std::make_shared<ssh::Connector>(runtime, connector_options());
    options.connect = [connector](OpContext context) {
      return connect_by_libssh2(connector, std::move(context));
    };
  } else {
    options.connect = [&runtime](OpContext) { return run_command(&runtime); };
  }
  return std::make_shared<sftp::Client>(runtime, std::move(options));
}

SftpSession::SftpSession(Runtime& the_runtime, SftpSettings settings)
    : runtime(the_runtime), client(make_client(the_runtime, settings)) {
  SftpFsOptions options;
  options.client = client;
  options.root = directory.path().native();
  options.allow_non_atomic = settings.allow_non_atomic;
  files = make_sftp_fs(runtime, std::move(options));
}

}  // namespace sluice::test
