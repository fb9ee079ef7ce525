#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/claims.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/core/secret.hpp"

namespace sluice::lab {

/// How the body is protected, from x-amz-content-sha256.
enum class PayloadKind : std::uint8_t {
  hashed,  ///< The header holds the body's SHA-256.
  unsigned_payload,
  streaming_signed,          ///< aws-chunked, each chunk signed.
  streaming_signed_trailer,  ///< … and signed trailers.
  streaming_unsigned_trailer,
};

/// A request whose signature holds (or need not): what is left to check as the body arrives.
struct VerifiedRequest {
  PayloadKind payload = PayloadKind::unsigned_payload;
  std::string payload_sha256;  ///< PayloadKind::hashed, lower-case hex.
  bool check_chunks = false;   ///< Chunk signatures are to be verified, from `signature` on.
  std::string signature;
  std::string timestamp;
  std::string scope;
  codec::Sha256Digest signing_key{};
};

struct AuthPolicy {
  std::string access_key = "AKIDLABEXAMPLE";
  Secret secret_key{"labsecretEXAMPLEKEY"};
  Secret session_token;  ///< Empty: none is accepted.
  std::string region = "us-east-1";
  bool verify =
      true;  ///< False: any or no signature passes; the body's own hashes are still checked.
};

/// Verifies AWS Signature Version 4 on raw requests, header and presigned forms, with S3's errors.
class SignatureVerifier {
 public:
  explicit SignatureVerifier(AuthPolicy policy) : policy_(std::move(policy)) {}

  /// Throws S3Error.
  VerifiedRequest verify(const RequestHead& head, const Query& query, TimePoint now);
  const AuthPolicy& policy() const { return policy_; }

 private:
  void check_claims(const SignatureClaims& claims, const RequestHead& head, TimePoint now) const;
  void check_time(const SignatureClaims& claims, TimePoint now) const;
  void check_token(const SignatureClaims& claims) const;
  const codec::Sha256Digest& signing_key(const SignatureClaims& claims);

  AuthPolicy policy_;
  std::string cached_day_;  ///< The key depends on the day; region and service are fixed here.
  codec::Sha256Digest cached_key_{};
};

/// HMAC-SHA256 of `text`, as the lower-case hex of a signature.
std::string hmac_hex(const codec::Sha256Digest& key, std::string_view text);

}  // namespace sluice::lab
