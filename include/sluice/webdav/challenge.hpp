#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/core/secret.hpp"

namespace sluice::webdav {

/// One way to log in that a server offers (RFC 9110 section 11.6.1).
struct Challenge {
  std::string scheme;  ///< Lower case: "basic", "digest".
  /// Names in lower case, quotes taken off.
  std::vector<std::pair<std::string, std::string>> parameters;

  std::string_view find(std::string_view name) const;  ///< "" if it is not there.
};

/// Reads a WWW-Authenticate field, which may hold several challenges. What cannot be read ends it:
/// what came before counts. Pure.
std::vector<Challenge> parse_challenges(std::string_view field);

enum class DigestAlgorithm : std::uint8_t { md5, md5_sess, sha256, sha256_sess };

/// A Digest challenge that can be answered (RFC 7616; without qop as RFC 2069 had it).
struct DigestChallenge {
  std::string realm, nonce, opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
  bool names_algorithm = false;  ///< It did, so the answer does.
  bool has_opaque = false;
  bool qop_auth = false;
  bool stale = false;  ///< Only the nonce was too old: the password need not be doubted.
};

/// The strongest of the Digest challenges that can be answered, or nullopt.
std::optional<DigestChallenge> best_digest(std::span<const Challenge> challenges);

/// One request to be authorised.
struct DigestRequest {
  std::string user;
  Secret password;
  std::string method, target;  ///< As they go on the wire.
  std::string client_nonce;
  std::uint32_t count = 1;  ///< Of requests with this nonce, this one included.
};

/// The value of the Authorization field. Throws Error{unsupported} if OpenSSL lacks the hash (MD5
/// under FIPS).
std::string digest_authorization(const DigestChallenge& challenge, const DigestRequest& request);
std::string basic_authorization(const std::string& user, const Secret& password);

}  // namespace sluice::webdav
