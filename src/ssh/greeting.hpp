#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ssh {

/// How a server begins, in the clear: what it says before its identification, that, and what it
/// offers to agree on (RFC 4253 sections 4.2 and 7.1). As much of it as has come.
struct Greeting {
  std::string before;    ///< Lines before the identification: often why there will be none.
  std::string software;  ///< "SSH-2.0-OpenSSH_9.2"; "" until it has come.
  std::optional<std::vector<std::string>> host_keys;  ///< Algorithms, once they have come.
};

/// Pure; takes any bytes.
Greeting read_greeting(std::string_view received);

/// Looks through the packets of an exchange of keys, as long as they are in the clear. libssh2 1.10
/// reads as many bytes of an Ed25519 host key as it says that it has, or 32, whatever came. Throws
/// Error{protocol} for one of another length. Pure; takes any bytes, and as much as has come.
void check_host_key_length(std::string_view received);

/// Whether keys of RSA are all that it has to prove itself by.
bool is_rsa_only(const std::vector<std::string>& host_key_algorithms);

}  // namespace sluice::ssh
