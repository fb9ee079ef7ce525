#pragma once

#include <string>
#include <string_view>

namespace sluice::ssh {

/// What can be told of a private key without its passphrase.
struct PrivateKeyFacts {
  std::string type;         ///< "ssh-ed25519", "ecdsa-sha2-nistp256", ...; "" if it cannot be told.
  std::string public_blob;  ///< RFC 4253 section 6.6; "" if it cannot be told.
  bool encrypted = false;
};

/// Of a file in OpenSSH's own format (PROTOCOL.key) or in PEM (RFC 1421, RFC 5208, RFC 5915).
/// Throws Error{config} naming `file` if it is neither, or a public key. Pure.
PrivateKeyFacts inspect_private_key(std::string_view text, const std::string& file);

/// Whether libssh2 may know how to use it: not keys in hardware, nor certificates.
bool is_plain_key_type(std::string_view type);
bool is_rsa(std::string_view type);

}  // namespace sluice::ssh
