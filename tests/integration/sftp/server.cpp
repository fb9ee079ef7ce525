#include "server.hpp"

#include <cstdlib>
#include <sstream>

#include "fs/ssh_channel.hpp"
#include "sluice/sftp/ssh_command.hpp"
#include "ssh_server.hpp"

namespace sluice::test {
namespace {

Task<std::unique_ptr<sftp::Channel>> run_command(Runtime* runtime) {
  co_return sftp::make_command_channel(*runtime, server_command(), "sftp://test");
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
