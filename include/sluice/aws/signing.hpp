#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/aws/credentials.hpp"
#include "sluice/core/time.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

// AWS Signature Version 4 as a pure function of request, credentials and time ("Create a signed AWS API request", AWS IAM
// User Guide). The wire request is never changed but for the headers (or query) that signing adds.

/// "UNSIGNED-PAYLOAD": S3 over TLS, and presigned URLs.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
/// SHA-256 of nothing.
inline constexpr std::string_view empty_payload_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// How the canonical path is made from the path on the wire.
enum class PathStyle : std::uint8_t {
  s3,          ///< Exactly as sent: encoded once, not normalised.
  normalized,  ///< All other services: dot segments and empty segments removed, each byte encoded again.
  as_is,       ///< Encoded again but not normalised (test vectors).
};

struct SigningScope {
  std::string region;
  std::string service;
  PathStyle path_style = PathStyle::s3;
};

/// Derived signing keys, kept for the last few days, regions and credentials. Lives on the loop.
class SigningKeyCache;

class Signer {
 public:
  Signer();
  ~Signer();
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;

  /// Adds X-Amz-Date, X-Amz-Security-Token (if any), x-amz-content-sha256 (service s3) and Authorization. `payload_hash` is the
  /// lower-case hex SHA-256 of the body or `unsigned_payload`. Signs host, content-type and all x-amz-* headers; never those
  /// that proxies change. Does nothing for anonymous credentials.
  void sign(net::HttpRequest& request, const Credentials& credentials, const SigningScope& scope, TimePoint now,
            std::string_view payload_hash);

  /// The request's URL with the signature in its query, good for `expires` (1 s to 7 days). Throws Error{invalid_input}.
  std::string presign(const net::HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
                      TimePoint now, Duration expires, std::string_view payload_hash = unsigned_payload);

 private:
  std::unique_ptr<SigningKeyCache> keys_;
};

/// The intermediate texts, for tests and for the debug log after a SignatureDoesNotMatch.
struct SigningTexts {
  std::string canonical_request, string_to_sign, signature;
};

}  // namespace sluice::aws
