#pragma once

#include <libssh2.h>

#include <string>
#include <vector>

namespace sluice::ssh {

/// What the libssh2 that is loaded (not the one that was compiled against) can do.
struct Library {
  std::string version;
  /// Signatures by RSA with SHA-2 (RFC 8332), since 1.11. Without them there is no RSA at all:
  /// OpenSSH since 8.8 takes no SHA-1.
  bool has_rsa_sha2 = false;
  /// Host key algorithms, the better ones first.
  std::vector<std::string> host_key_algorithms;
};

/// Prepares libssh2 when it is first called. Callable from any thread.
const Library& library();

}  // namespace sluice::ssh
