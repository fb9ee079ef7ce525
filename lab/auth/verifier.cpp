#include "auth/verifier.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "auth/canonical.hpp"
#include "s3/error.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::chrono::minutes max_skew{15};

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

VerifiedRequest read_payload_kind(std::string_view declared, bool optional) {
  VerifiedRequest request;
  if (declared == "UNSIGNED-PAYLOAD" || (declared.empty() && optional))
    request.payload = PayloadKind::unsigned_payload;
  else if (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    request.payload = PayloadKind::streaming_signed;
  else if (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
    request.payload = PayloadKind::streaming_signed_trailer;
  else if (declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    request.payload = PayloadKind::streaming_unsigned_trailer;
  else if (declared.empty())
    throw invalid_request("Missing required header for this request: x-amz-content-sha256");
  else if (!is_sha256_hex(declared))
    throw invalid_argument(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a streaming kind, or a SHA-256 in hex.",
        "x-amz-content-sha256", std::string(declared));
  else
    request.payload = PayloadKind::hashed;
  if (request.payload == PayloadKind::hashed) request.payload_sha256 = declared;
  return request;
}

void check_signed_headers(const SignatureClaims& claims, const RequestHead& head) {
  const auto is_signed = [&claims](std::string_view name) {
    return std::ranges::any_of(claims.signed_headers,
                               [name](const auto& s) { return same_name(s, name); });
  };
  std::string missing;
  for (const auto& field : head.fields) {
    const bool must = same_name(field.name, "host") || has_prefix_nocase(field.name, "x-amz-");
    if (must && !is_signed(field.name))
      missing.append(missing.empty() ? "" : ", ").append(field.name);
  }
  if (!is_signed("host") && !head.find("host")) missing.append("host");
  if (!missing.empty())
    throw access_denied("There were headers present in the request which were not signed")
        .with("HeadersNotSigned", missing);
}

std::string spaced_hex(std::string_view text) {
  std::string out;
  for (const char c : text)
    fmt::format_to(std::back_inserter(out), "{}{:02x}", out.empty() ? "" : " ",
                   static_cast<unsigned char>(c));
  return out;
}

S3Error mismatch(const SignatureClaims& claims, const std::string& to_sign,
                 const std::string& canonical) {
  return S3Error(403, "SignatureDoesNotMatch",
                 "The signature calculated by the server is not the one provided. Check the key "
                 "and the signing method.")
      .with("AWSAccessKeyId", claims.access_key)
      .with("StringToSign", to_sign)
      .with("SignatureProvided", claims.signature)
      .with("StringToSignBytes", spaced_hex(to_sign))
      .with("CanonicalRequest", canonical)
      .with("CanonicalRequestBytes", spaced_hex(canonical));
}

/// As long for a wrong guess as for a right one; a habit, as the secrets here are for tests.
bool equal_in_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(left[i]) ^
                                        static_cast<unsigned char>(right[i]));
  return difference == 0;
}

void check_time(const SignatureClaims& claims, TimePoint now) {
  const auto signed_at = codec::parse_amz_date(claims.timestamp);
  if (!signed_at) throw access_denied("The request's date is not YYYYMMDD'T'HHMMSS'Z'.");
  if (!claims.timestamp.starts_with(claims.date))
    throw S3Error(
        400,
        claims.presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
        "The day of the Credential is not the day of the request.");
  if (claims.presigned) {
    if (*signed_at > now + max_skew)
      throw access_denied("Request is not valid yet")
          .with("ServerTime", codec::format_iso8601(now));
    if (now > *signed_at + claims.expires)
      throw access_denied("Request has expired")
          .with("X-Amz-Expires", fmt::format("{}", claims.expires.count()))
          .with("Expires", codec::format_iso8601(*signed_at + claims.expires))
          .with("ServerTime", codec::format_iso8601(now));
    return;
  }
  if (std::chrono::abs(*signed_at - now) > max_skew)
    throw S3Error(403, "RequestTimeTooSkewed", "The request's time is too far from the server's.")
        .with("RequestTime", claims.timestamp)
        .with("ServerTime", codec::format_iso8601(std::chrono::floor<std::chrono::seconds>(now)))
        .with("MaxAllowedSkewMilliseconds", "900000");
}

}  // namespace

std::string hmac_hex(const codec::Sha256Digest& key, std::string_view text) {
  return codec::to_hex(codec::hmac_sha256(key, as_bytes(text)));
}

KnownCredentials parse_credentials(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (first == 0 || first == std::string_view::npos || second == first + 1 ||
      first + 1 == text.size())
    throw Error(ErrorCode::config, "read", "--credentials",
                "expected KEY:SECRET or KEY:SECRET:TOKEN");
  const bool has_token = second != std::string_view::npos;
  return {.access_key = std::string(text.substr(0, first)),
          .secret_key = Secret(std::string(text.substr(first + 1, second - first - 1))),
          .session_token = Secret(has_token ? std::string(text.substr(second + 1)) : "")};
}

VerifiedRequest SignatureVerifier::verify(const RequestHead& head, const Query& query,
                                          TimePoint now) {
  const auto declared = head.value_or_empty("x-amz-content-sha256");
  if (!policy_.verify) return read_payload_kind(declared, true);
  const auto claims = read_claims(head, query);
  if (!claims) throw access_denied("Access Denied");
  if (claims->service != "s3")
    throw S3Error(
        400,
        claims->presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the service of the Credential must be "
        "s3.");
  auto request = read_payload_kind(declared, claims->presigned);
  const auto& key = check_signature(head, query, *claims, now, "s3",
                                    declared.empty() ? "UNSIGNED-PAYLOAD" : declared);
  request.check_chunks = request.payload == PayloadKind::streaming_signed ||
                         request.payload == PayloadKind::streaming_signed_trailer;
  if (request.check_chunks) {
    request.signature = claims->signature;
    request.timestamp = claims->timestamp;
    request.scope = claims->scope();
    request.signing_key = key;
  }
  return request;
}

void SignatureVerifier::verify_service(const RequestHead& head, TimePoint now,
                                       std::string_view service, std::string_view body_sha256) {
  if (!policy_.verify) return;
  const Query query(head.query);
  const auto claims = read_claims(head, query);
  if (!claims || claims->presigned) throw access_denied("Missing Authentication Token");
  if (claims->service != service)
    throw S3Error(403, "SignatureDoesNotMatch",
                  fmt::format("Credential should be scoped to correct service: '{}'.", service));
  check_signature(head, query, *claims, now, service, body_sha256);
}

const codec::Sha256Digest& SignatureVerifier::check_signature(
    const RequestHead& head, const Query& query, const SignatureClaims& claims, TimePoint now,
    std::string_view service, std::string_view payload_hash) {
  check_region(claims);
  const auto& credentials = credentials_of(claims);
  check_time(claims, now);
  check_signed_headers(claims, head);
  const auto canonical = canonical_request(head, query, claims, payload_hash);
  const auto to_sign = string_to_sign(claims, canonical);
  const auto& key = signing_key(claims, credentials, service);
  if (!equal_in_constant_time(hmac_hex(key, to_sign), claims.signature))
    throw mismatch(claims, to_sign, canonical);
  return key;
}

void SignatureVerifier::check_region(const SignatureClaims& claims) const {
  if (claims.region != policy_.region)
    throw S3Error(
        400,
        claims.presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
        fmt::format(
            "The authorization header is malformed; the region '{}' is wrong; expecting '{}'",
            claims.region, policy_.region))
        .with("Region", policy_.region)
        .with_field("x-amz-bucket-region", policy_.region);
}

const KnownCredentials& SignatureVerifier::credentials_of(const SignatureClaims& claims) const {
  const auto* known = &policy_.first;
  for (const auto& other : policy_.others)
    if (other.access_key == claims.access_key) known = &other;
  if (claims.access_key != known->access_key)
    throw S3Error(403, "InvalidAccessKeyId", "The access key is not known here.")
        .with("AWSAccessKeyId", claims.access_key);
  if (claims.session_token == known->session_token.reveal()) return *known;
  throw S3Error(400, "InvalidToken", "The session token is malformed or not the one expected.")
      .with("Token-0", claims.session_token);
}

const codec::Sha256Digest& SignatureVerifier::signing_key(const SignatureClaims& claims,
                                                          const KnownCredentials& credentials,
                                                          std::string_view service) {
  if (claims.date == cached_day_ && claims.access_key == cached_access_key_ &&
      service == cached_service_)
    return cached_key_;
  auto key =
      codec::hmac_sha256(as_bytes("AWS4" + credentials.secret_key.reveal()), as_bytes(claims.date));
  key = codec::hmac_sha256(key, as_bytes(policy_.region));
  key = codec::hmac_sha256(key, as_bytes(service));
  cached_key_ = codec::hmac_sha256(key, as_bytes("aws4_request"));
  cached_day_ = claims.date;
  cached_access_key_ = claims.access_key;
  cached_service_ = service;
  return cached_key_;
}

}  // namespace sluice::lab
