#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/ssh/connector.hpp"
#include "ssh/key_ring.hpp"
#include "ssh/session.hpp"

namespace sluice::ssh {

/// Secrets that were asked for, by what they belong to: further connections do not ask again.
using KnownSecrets = std::map<std::string, Secret>;

/// Proves to the server who we are (RFC 4252, RFC 4256): keys of the agent, keys in files, a
/// password, and prompts that a password answers. Each is tried once.
class Login {
 public:
  Login(Session& session, const ConnectorOptions& options, KnownSecrets& secrets)
      : session_(session), options_(options), secrets_(secrets) {}

  /// Throws Error{unauthenticated} if nothing that there is was good enough, Error{unsupported} if
  /// nothing could even be tried for want of a better libssh2, and what the session throws.
  Task<> run();

 private:
  Task<bool> learn_methods();
  bool offers(std::string_view method) const;
  Task<bool> try_keys(KeyRing* ring);
  Task<bool> try_agent_key(AgentClient* agent, agent::Identity identity);
  Task<bool> try_file(const KeyFile* key);
  Task<std::optional<Secret>> passphrase_of(const KeyFile* key);
  Task<bool> try_password();
  Task<bool> try_prompts();
  Task<std::optional<Secret>> password();
  Task<std::optional<Secret>> secret(SecretQuestion question);
  /// Whether the server let us in; a failure that ends the connection is thrown.
  bool is_in(int result);
  Error refusal(const KeyRing& ring) const;

  Session& session_;
  const ConnectorOptions& options_;
  KnownSecrets& secrets_;
  std::vector<std::string> methods_;
  std::vector<std::string> tried_, left_out_;
  std::size_t keys_tried_ = 0;
};

}  // namespace sluice::ssh
