#include "aws/sso_token.hpp"

#include <algorithm>
#include <utility>

#include "sluice/codec/date.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

// A parser's words may quote the document, which is secret.
codec::JsonValue parse_object(std::string_view json, const std::string& subject) {
  try {
    codec::JsonValue value = codec::parse_json(json, subject);
    if (value.as_object()) return value;
  } catch (const Error&) {
  }
  throw Error(ErrorCode::protocol, "read SSO token", subject, "this is no JSON object");
}

std::string text_of(const codec::JsonValue& object, std::string_view name) {
  return std::string(object[name].as_string().value_or(""));
}

}  // namespace

std::string sso_cache_file_name(std::string_view key) {
  return codec::to_hex(codec::sha1(as_bytes(key))) + ".json";
}

SsoToken parse_sso_token(std::string_view json, const std::string& path) {
  const auto object = parse_object(json, path);
  const auto expires = codec::parse_iso8601(text_of(object, "expiresAt"));
  SsoToken token{
      .access_token = Secret(text_of(object, "accessToken")),
      .expires = expires.value_or(TimePoint()),
      .refresh_token = Secret(text_of(object, "refreshToken")),
      .client_id = text_of(object, "clientId"),
      .client_secret = Secret(text_of(object, "clientSecret")),
      .registration_expires = codec::parse_iso8601(text_of(object, "registrationExpiresAt")),
      .start_url = text_of(object, "startUrl"),
      .region = text_of(object, "region")};
  if (token.access_token.empty() || !expires) {
    throw Error(ErrorCode::protocol, "read SSO token", path,
                "the file lacks a token or its expiration");
  }
  return token;
}

std::string format_sso_token(const SsoToken& token) {
  codec::JsonWriter writer;
  writer.begin_object();
  const auto member = [&writer](std::string_view name, const std::string& value) {
    if (!value.empty()) writer.key(name).value(value);
  };
  member("startUrl", token.start_url);
  member("region", token.region);
  member("accessToken", token.access_token.reveal());
  member("expiresAt", codec::format_iso8601(token.expires));
  member("clientId", token.client_id);
  member("clientSecret", token.client_secret.reveal());
  if (token.registration_expires) {
    member("registrationExpiresAt", codec::format_iso8601(*token.registration_expires));
  }
  member("refreshToken", token.refresh_token.reveal());
  writer.end_object();
  return writer.take();
}

std::string sso_refresh_body(const SsoToken& token) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("grantType").value("refresh_token");
  writer.key("clientId").value(token.client_id);
  writer.key("clientSecret").value(token.client_secret.reveal());
  writer.key("refreshToken").value(token.refresh_token.reveal());
  writer.end_object();
  return writer.take();
}

SsoToken apply_sso_refresh(SsoToken token, std::string_view json, TimePoint now,
                           const std::string& subject) {
  constexpr std::int64_t longest = 366L * 24 * 3600;
  const auto object = parse_object(json, subject);
  const auto lifetime = object["expiresIn"].as_int();
  std::string access_token = text_of(object, "accessToken");
  if (access_token.empty() || !lifetime || *lifetime < 0) {
    throw Error(ErrorCode::protocol, "refresh SSO token", subject,
                "the answer lacks a token or its lifetime");
  }
  token.access_token = Secret(std::move(access_token));
  token.expires = std::chrono::floor<std::chrono::seconds>(now) +
                  std::chrono::seconds(std::min(*lifetime, longest));
  if (std::string next = text_of(object, "refreshToken"); !next.empty())
    token.refresh_token = Secret(std::move(next));
  return token;
}

bool can_refresh(const SsoToken& token, TimePoint now) {
  return !token.refresh_token.empty() && !token.client_id.empty() && !token.client_secret.empty() &&
         token.registration_expires && *token.registration_expires > now;
}

}  // namespace sluice::aws
