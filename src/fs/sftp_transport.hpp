#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sluice/core/environment.hpp"
#include "sluice/fs/location.hpp"
#include "sluice/fs/login.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/sftp/channel.hpp"
#include "sluice/sftp/ssh_command.hpp"

namespace sluice {

/// What SshTransport::automatic is decided by.
struct TransportFacts {
  bool ssh_options_given = false;  ///< --ssh-command or --ssh-config: meant for ssh(1).
  bool ssh_is_there = false;       ///< The program.
  bool has_ssh_config = false;     ///< The user's, which libssh2 does not know.
  /// A password, or a key's passphrase, at hand without asking anybody; ssh(1) cannot be given it.
  bool has_secret = false;
  bool obstacle = false;  ///< Something that this libssh2 cannot do.
};
/// Pure. docs/sftp.md says the same in words.
SshTransport choose_transport(const TransportFacts& facts);

/// Makes connections to one server by one of the transports. Lives on the loop.
class SftpTransport {
 public:
  SftpTransport(Runtime& runtime, const SftpSettings& settings, LoginSettings logins,
                Environment environment, Location location);

  Task<std::unique_ptr<sftp::Channel>> connect(OpContext context);

 private:
  Task<> choose(OpContext context);
  void tell_of_ssh(const OpContext& context, const std::string& reason) const;
  Task<bool> has_secret();
  Task<bool> has_ssh_config();
  Task<bool> ssh_is_there();
  Task<> prepare_libssh2();
  ssh::ConnectorOptions connector_options() const;
  Task<std::optional<Secret>> find_secret(ssh::SecretQuestion question);
  sftp::SshCommand command() const;

  Runtime& runtime_;
  SftpSettings settings_;
  LoginSettings logins_;
  Environment environment_;
  Location location_;
  std::optional<SshTransport> chosen_;
  std::shared_ptr<ssh::Connector> connector_;
};

}  // namespace sluice
