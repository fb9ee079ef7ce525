#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/aws/credentials.hpp"
#include "sluice/core/time.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

// AWS Signature Version 4 as a pure function of request, credentials and time ("Create a signed AWS
// API request", AWS IAM User Guide). The wire request is never changed but for the headers (or
// query) that signing adds.

/// "UNSIGNED-PAYLOAD": S3 over TLS, and presigned URLs.
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
/// SHA-256 of nothing.
inline constexpr std::string_view empty_payload_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// How the canonical path is made from the path on the wire.
enum class PathStyle : std::uint8_t {
  s3,          ///< Exactly as sent: encoded once, not normalised.
  normalized,  ///< All other services: dot segments and empty segments removed, each byte encoded
               ///< again.
  as_is,       ///< Encoded again but not normalised (test vectors).
};

struct SigningScope {
  std::string region;
  std::string service;
  PathStyle path_style = PathStyle::s3;
};

/// Signs requests; keeps the last derived keys and its buffers, so that signing costs microseconds.
/// Lives on the loop.
class Signer {
 public:
  Signer();
  ~Signer();
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;

  /// Adds X-Amz-Date, X-Amz-Security-Token (if any), x-amz-content-sha256 (service s3) and
  /// Authorization. `payload_hash` is the lower-case hex SHA-256 of the body or `unsigned_payload`.
  /// Signs host and every header of the request except those that an intermediary may change
  /// (Connection, Expect, TE, Transfer-Encoding, Via, Accept-Encoding, User-Agent ...). Signing a
  /// request again (a retry) replaces what the last signing added. Does nothing for anonymous
  /// credentials.
  void sign(net::HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
            TimePoint now, std::string_view payload_hash);

  /// The request's URL with the signature in its query, good for `expires` (whole seconds, 1 s to 7
  /// days). All headers of the request are signed, so whoever uses the URL must send them. The
  /// session token, if any, is part of the URL. Throws Error{invalid_input} for another duration,
  /// Error{unauthenticated} for anonymous credentials.
  std::string presign(const net::HttpRequest& request, const Credentials& credentials,
                      const SigningScope& scope, TimePoint now, Duration expires,
                      std::string_view payload_hash = unsigned_payload);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The intermediate texts, for tests and to find out why a peer disagrees. The canonical request
/// holds the session token: only string_to_sign may be logged.
struct SigningTexts {
  std::string canonical_request, string_to_sign, signature;
};

/// What sign() and presign() compute for the same arguments (a request that is signed already gives
/// the same texts again).
SigningTexts signing_texts(net::HttpRequest request, const Credentials& credentials,
                           const SigningScope& scope, TimePoint now, std::string_view payload_hash);
SigningTexts presigning_texts(const net::HttpRequest& request, const Credentials& credentials,
                              const SigningScope& scope, TimePoint now, Duration expires,
                              std::string_view payload_hash = unsigned_payload);

}  // namespace sluice::aws
