#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/ssh/connector.hpp"
#include "ssh/agent_client.hpp"
#include "ssh/private_key.hpp"

namespace sluice::ssh {

/// A private key from a file. Its passphrase is asked for when it is wanted.
struct KeyFile {
  std::string path;
  Secret text;
  PrivateKeyFacts facts;
};

/// The keys that there are to log in with, and those that this libssh2 cannot use.
struct KeyRing {
  std::unique_ptr<AgentClient> agent;  ///< Null: none, or none of its keys is wanted.
  std::vector<agent::Identity> agent_keys;
  std::vector<KeyFile> files;       ///< Without those that the agent has.
  std::vector<std::string> unused;  ///< "the RSA key /home/me/.ssh/id_rsa": libssh2 cannot use it.
};

/// Throws Error{config} for a key that was asked for and cannot be read; one that only happens to
/// be there is passed over.
Task<KeyRing> gather_keys(Runtime* runtime, const ConnectorOptions* options);

/// "libssh2 1.10.0 cannot use the RSA key /home/me/.ssh/id_rsa: use --ssh-transport ssh".
std::string cannot_use(const std::string& what);

}  // namespace sluice::ssh
