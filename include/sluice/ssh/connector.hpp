#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/core/secret.hpp"

namespace sluice::ssh {

/// What is done about a server whose key is not in known_hosts. A key that changed is always fatal.
enum class HostKeyPolicy : std::uint8_t {
  strict,      ///< Refuse it.
  accept_new,  ///< Add it to the first file.
  ask,         ///< Ask a person, then add it; without one it is refused.
};

struct HostKeyQuestion {
  std::string host;         ///< As known_hosts would name it.
  std::string type;         ///< "ssh-ed25519".
  std::string fingerprint;  ///< "SHA256:...".
};
/// Whether to trust it; nullopt: there is nobody to ask.
using AskHostKey = std::function<Task<std::optional<bool>>(HostKeyQuestion)>;

struct SecretQuestion {
  enum class Kind : std::uint8_t { password, passphrase };
  Kind kind = Kind::password;
  std::string subject;  ///< The server, or the key's file.
};
/// nullopt: there is none. Asked when the server or the key wants it, not before.
using AskSecret = std::function<Task<std::optional<Secret>>(SecretQuestion)>;

struct ConnectorOptions {
  std::string host;
  std::uint16_t port = 22;
  std::string user;
  std::string subject;  ///< What errors name: "sftp://user@host:22".
  /// Private keys, tried in their order. What is not there is passed over, unless
  /// `only_these_keys`.
  std::vector<std::string> key_files;
  bool only_these_keys = false;  ///< Of the agent's keys only those that are these.
  std::string agent_socket;      ///< SSH_AUTH_SOCK; empty: no agent.
  /// The first is the one that is written to. What is not there is passed over.
  std::vector<std::string> known_hosts;
  HostKeyPolicy policy = HostKeyPolicy::strict;
  AskHostKey ask_host_key;  ///< Null: nobody.
  AskSecret ask_secret;     ///< Null: nobody.
  Duration connect_timeout = std::chrono::seconds(10);
  Duration step_timeout = std::chrono::seconds(60);  ///< For each answer of the server meanwhile.
};

/// A channel to a subsystem of a server: one reader and one writer at a time, which may be at work
/// at once. shut() and close() it before it goes. Lives on the loop.
class Channel {
 public:
  virtual ~Channel() = default;
  /// At least one byte; 0 is the end. Throws Error{network, protocol, cancelled}.
  virtual Task<std::size_t> read(MutableBytes buffer) = 0;
  /// All of them. Throws as read() does.
  virtual Task<> write(Bytes bytes) = 0;
  /// Ends both directions: what waits in them fails.
  virtual void shut() = 0;
  virtual Task<> close() = 0;
};

/// Makes SSH connections (RFC 4251 to 4254) to one server by libssh2, which does its cryptography
/// and knows its packets; sockets, the agent and files are the loop's. Lives on the loop; what it
/// is asked for with a secret or an accepted key is remembered for its next connections.
class Connector {
 public:
  Connector(Runtime& runtime, ConnectorOptions options);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// A channel to the subsystem: a further one of a connection that is there, if the way is long
  /// and the server opens one (up to four), else that of a new connection. One attempt. Nothing of
  /// the login is sent before the host key is found good. Errors: network, timeout and throttled
  /// may pass; unauthenticated (host key or login), unsupported (what this libssh2 cannot do: see
  /// obstacle()), config (a key file that cannot be used), protocol, cancelled.
  Task<std::unique_ptr<Channel>> connect(OpContext context, std::string subsystem);

  /// Why this libssh2 may fail where ssh(1) would not, as far as that can be told from known_hosts,
  /// key files and agent: keys that it cannot use. nullopt: nothing is known to be in the way.
  Task<std::optional<std::string>> obstacle();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The version of the libssh2 at hand, and whether it can use RSA keys as servers want them today
/// (RFC 8332): since 1.11.
struct LibraryFacts {
  std::string version;
  bool has_rsa_sha2 = false;
};
LibraryFacts library_facts();

}  // namespace sluice::ssh
