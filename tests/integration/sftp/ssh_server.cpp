#include "ssh_server.hpp"

#include <cstdlib>

#include "sluice/core/error.hpp"

namespace sluice::test {
namespace {

std::string setting(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) throw Error(ErrorCode::config, "test", name, "it is not set");
  return text;
}

}  // namespace

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

}  // namespace sluice::test
