#include "auth/claims.hpp"

#include <charconv>

#include "s3/error.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::lab {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr long max_expires_seconds = 604'800;

S3Error malformed_header(std::string message) {
  return {400, "AuthorizationHeaderMalformed",
          "The authorization header is malformed; " + std::move(message)};
}

S3Error malformed_query(std::string message) {
  return {400, "AuthorizationQueryParametersError", std::move(message)};
}

S3Error malformed(bool presigned, std::string message) {
  return presigned ? malformed_query(std::move(message)) : malformed_header(std::move(message));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// "<access key>/<day>/<region>/<service>/aws4_request"; the key itself may hold slashes.
void read_credential(std::string_view credential, SignatureClaims& claims) {
  const auto parts = split(credential, '/');
  const auto n = parts.size();
  if (n < 5) throw malformed(claims.presigned, "the Credential has too few parts.");
  if (parts[n - 1] != "aws4_request")
    throw malformed(claims.presigned, "the Credential does not end in aws4_request.");
  claims.service = parts[n - 2];
  claims.region = parts[n - 3];
  claims.date = parts[n - 4];
  claims.access_key = parts[0];
  for (std::size_t i = 1; i + 4 < n; ++i)
    claims.access_key.append("/").append(parts[i]);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

std::string header_timestamp(const RequestHead& head) {
  if (const auto amz = head.find("x-amz-date")) return std::string(*amz);
  const auto date = codec::parse_http_date(head.value_or_empty("date"));
  if (!date) throw access_denied("A signed request needs a valid x-amz-date or Date header.");
  return codec::format_amz_date(*date);
}

SignatureClaims read_header(std::string_view value, const RequestHead& head) {
  if (!value.starts_with(algorithm) || value.size() == algorithm.size() ||
      value[algorithm.size()] != ' ')
    throw invalid_request(
        "The authorization mechanism is not supported. Please use AWS4-HMAC-SHA256.");
  SignatureClaims claims;
  bool has_credential = false;
  for (const auto& part : split(value.substr(algorithm.size() + 1), ',')) {
    const auto item = trimmed(part);
    const auto equals = item.find('=');
    const auto name = item.substr(0, equals);
    const auto text =
        equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
    if (name == "Credential") {
      read_credential(text, claims);
      has_credential = true;
    } else if (name == "SignedHeaders") {
      claims.signed_headers = split(text, ';');
    } else if (name == "Signature") {
      claims.signature = text;
    }
  }
  if (!has_credential || claims.signed_headers.empty() || claims.signature.empty())
    throw malformed_header("it needs Credential, SignedHeaders and Signature.");
  claims.timestamp = header_timestamp(head);
  claims.session_token = head.value_or_empty("x-amz-security-token");
  return claims;
}

std::chrono::seconds read_expires(std::string_view text) {
  long seconds = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code != std::errc{} || end != text.data() + text.size())
    throw malformed_query("X-Amz-Expires should be a number.");
  if (seconds < 0) throw malformed_query("X-Amz-Expires must be non-negative.");
  if (seconds > max_expires_seconds)
    throw malformed_query("X-Amz-Expires must be less than 604800 seconds.");
  return std::chrono::seconds(seconds);
}

SignatureClaims read_presigned(const Query& query) {
  for (const auto* name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                           "X-Amz-SignedHeaders", "X-Amz-Signature"})
    if (!query.has(name)) throw malformed_query(std::string("The query needs ") + name + ".");
  if (*query.find("X-Amz-Algorithm") != algorithm)
    throw malformed_query("X-Amz-Algorithm only supports AWS4-HMAC-SHA256.");
  SignatureClaims claims;
  claims.presigned = true;
  read_credential(*query.find("X-Amz-Credential"), claims);
  claims.signed_headers = split(*query.find("X-Amz-SignedHeaders"), ';');
  claims.signature = *query.find("X-Amz-Signature");
  claims.timestamp = *query.find("X-Amz-Date");
  claims.expires = read_expires(*query.find("X-Amz-Expires"));
  claims.session_token = query.value_or_empty("X-Amz-Security-Token");
  return claims;
}

}  // namespace

std::string SignatureClaims::scope() const {
  return date + '/' + region + '/' + service + "/aws4_request";
}

std::optional<SignatureClaims> read_claims(const RequestHead& head, const Query& query) {
  const auto header = head.find("authorization");
  const bool presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
  if (header && presigned)
    throw invalid_argument("Only one auth mechanism allowed.", "Authorization",
                           std::string(*header));
  if (header) return read_header(*header, head);
  if (presigned) return read_presigned(query);
  if (query.has("AWSAccessKeyId"))
    throw invalid_request(
        "The authorization mechanism is not supported. Please use AWS4-HMAC-SHA256.");
  return std::nullopt;
}

}  // namespace sluice::lab
