#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/core/error.hpp"
#include "sluice/sftp/channel.hpp"

namespace sluice::sftp {

struct SshCommand {
  /// The program and what it is always given; "ssh" is looked up in PATH.
  std::vector<std::string> words = {"ssh"};
  std::string host, user;            ///< `user` empty: as ssh_config has it.
  std::uint16_t port = 0;            ///< 0: as ssh_config has it.
  std::string config_file;           ///< -F; empty: ssh's own.
  std::vector<std::string> keys{};   ///< Instead of all others; empty: as ssh_config has it.
  std::string known_hosts{};         ///< Empty: as ssh_config has it.
  std::optional<bool> accept_new{};  ///< Of unknown hosts; nullopt: as ssh_config has it.
  bool may_ask = false;              ///< Whether ssh may ask for passwords on the terminal.
  std::chrono::seconds connect_timeout{20};
};

/// The words of `ssh ... -s -- host sftp`. Throws Error{invalid_input} for a host or user that ssh
/// would take for an option. Pure.
std::vector<std::string> words_of(const SshCommand& command);

/// What ssh(1) meant by its last words; `exit_code` 255 is its own failure. Not retryable where
/// another try would be refused as well (or counted by the server as an attack). Pure.
Error ssh_failure(std::string_view said, std::optional<int> exit_code, const std::string& subject);

/// A channel through a program: `ssh -s host sftp`, or any other that speaks SFTP on its standard
/// input and output. Errors name `subject`.
std::unique_ptr<Channel> make_command_channel(Runtime& runtime, std::vector<std::string> words,
                                              std::string subject);

}  // namespace sluice::sftp
