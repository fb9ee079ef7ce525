#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

struct KnownCredentials {
  std::string access_key = "AKIDLABEXAMPLE";
  Secret secret_key{"labsecretEXAMPLEKEY"};
  Secret session_token;  ///< Empty: none is accepted.
};

struct AuthPolicy {
  KnownCredentials first;
  std::vector<KnownCredentials> others;  ///< Each with an access key of its own.
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
  /// The same for another service, whose requests are signed in their headers over the body's
  /// SHA-256. Throws S3Error.
  void verify_service(const RequestHead& head, TimePoint now, std::string_view service,
                      std::string_view body_sha256);
  const AuthPolicy& policy() const { return policy_; }

 private:
  const codec::Sha256Digest& check_signature(const RequestHead& head, const Query& query,
                                             const SignatureClaims& claims, TimePoint now,
                                             std::string_view service,
                                             std::string_view payload_hash);
  void check_region(const SignatureClaims& claims) const;
  const KnownCredentials& credentials_of(const SignatureClaims& claims) const;
  const codec::Sha256Digest& signing_key(const SignatureClaims& claims,
                                         const KnownCredentials& credentials,
                                         std::string_view service);

  AuthPolicy policy_;
  /// What the key below was made of; the region is fixed here.
  std::string cached_day_;
  std::string cached_service_;
  std::string cached_access_key_;
  codec::Sha256Digest cached_key_{};
};

/// "KEY:SECRET" or "KEY:SECRET:TOKEN". Throws Error{config} without showing the text.
KnownCredentials parse_credentials(std::string_view text);

/// HMAC-SHA256 of `text`, as the lower-case hex of a signature.
std::string hmac_hex(const codec::Sha256Digest& key, std::string_view text);

}  // namespace sluice::lab
