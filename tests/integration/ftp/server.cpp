#include "server.hpp"

#include <cstdlib>

#include "sluice/core/error.hpp"

namespace sluice::test {
namespace {

std::string variable(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) throw Error(ErrorCode::config, "test", name, "it is not set");
  return text;
}

ftp::Security security_named(const std::string& name) {
  if (name == "explicit") return ftp::Security::explicit_tls;
  return name == "implicit" ? ftp::Security::implicit_tls : ftp::Security::clear;
}

}  // namespace

std::shared_ptr<ftp::Client> make_ftp_client(Runtime& runtime, FtpServerSettings settings) {
  ftp::ClientOptions options;
  options.most_connections = settings.connections;
  ftp::ConnectionOptions& connection = options.connection;
  connection.host = "127.0.0.1";
  connection.port = static_cast<std::uint16_t>(std::stoi(variable("SLUICE_FTP_PORT")));
  connection.security = security_named(variable("SLUICE_FTP_SECURITY"));
  connection.subject = "ftp://test";
  connection.tls.ca_file = variable("SLUICE_FTP_CA");
  connection.tls.tls13 = !variable("SLUICE_FTP_TLS13").empty();
  connection.idle_timeout = settings.idle_timeout;
  const std::string user = variable("SLUICE_FTP_USER");
  if (!user.empty()) {
    connection.user = user;
    connection.password = Secret(variable("SLUICE_FTP_PASSWORD"));
  }
  return std::make_shared<ftp::Client>(runtime, std::move(options));
}

FtpDirectory::FtpDirectory() : directory_(variable("SLUICE_FTP_ROOT")) {
  // The server may be another user.
  std::filesystem::permissions(path(), std::filesystem::perms::all);
}

}  // namespace sluice::test
