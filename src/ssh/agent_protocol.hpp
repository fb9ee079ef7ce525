#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ssh::agent {

// The part of draft-ietf-sshm-ssh-agent that a client needs to sign. Bytes to values and back.

/// No message of an agent is longer; what says that it is, is none.
inline constexpr std::size_t longest_message = 256UL * 1024;
inline constexpr std::size_t length_size = 4;

struct Identity {
  std::string blob;     ///< The public key, RFC 4253 section 6.6.
  std::string comment;  ///< The agent's words: often a path.
};

enum class SignFlags : std::uint32_t { none = 0, rsa_sha2_256 = 2, rsa_sha2_512 = 4 };

// Whole messages, with their length.
std::string request_identities();
std::string request_signature(std::string_view blob, std::string_view data, SignFlags flags);

/// The length of the message that follows. Throws Error{protocol} if it is 0 or too long.
std::size_t message_length(std::string_view four_bytes);
/// Of the message without its length. Throws Error{protocol}; Error{unauthenticated} if the agent
/// said no.
std::vector<Identity> parse_identities(std::string_view message);
struct Signature {
  std::string format;  ///< "ssh-ed25519".
  std::string blob;    ///< What belongs to it.
};
Signature parse_signature(std::string_view message);

/// The algorithm that is wanted, from what is to be signed: RFC 4252 section 7. Throws
/// Error{protocol}.
std::string_view wanted_algorithm(std::string_view to_be_signed);
SignFlags flags_for(std::string_view algorithm);

}  // namespace sluice::ssh::agent
