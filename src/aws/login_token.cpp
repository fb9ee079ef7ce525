#include "aws/login_token.hpp"

#include <algorithm>
#include <utility>

#include "sluice/codec/date.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

using codec::JsonValue;

Error broken(const std::string& subject, std::string_view what) {
  return Error(ErrorCode::protocol, "read login token", subject, std::string(what));
}

// A parser's words may quote the document, which is secret.
JsonValue parse_object(std::string_view json, const std::string& subject) {
  try {
    JsonValue value = codec::parse_json(json, subject);
    if (value.as_object()) return value;
  } catch (const Error&) {
  }
  throw broken(subject, "this is no JSON object");
}

std::string text_of(const JsonValue& object, std::string_view name) {
  return std::string(object[name].as_string().value_or(""));
}

// All but their end, which file and answer tell differently.
Credentials keys_of(const JsonValue& object, const std::string& subject) {
  Credentials keys;
  keys.access_key_id = text_of(object, "accessKeyId");
  keys.secret_access_key = Secret(text_of(object, "secretAccessKey"));
  keys.session_token = Secret(text_of(object, "sessionToken"));
  const bool whole =
      !keys.access_key_id.empty() && !keys.secret_access_key.empty() && !keys.session_token.empty();
  if (!whole) throw broken(subject, "the access token lacks keys or their session token");
  return keys;
}

JsonValue keys_document(const Credentials& keys) {
  const auto text = [](const std::string& value) { return JsonValue(value); };
  return JsonValue(JsonValue::Object{
      {"accessKeyId", text(keys.access_key_id)},
      {"secretAccessKey", text(keys.secret_access_key.reveal())},
      {"sessionToken", text(keys.session_token.reveal())},
      {"accountId", text(keys.account_id)},
      {"expiresAt", text(codec::format_iso8601(keys.expires.value_or(TimePoint())))}});
}

void set(JsonValue::Object& object, std::string_view name, JsonValue value) {
  const auto member = std::ranges::find(object, name, &JsonValue::Object::value_type::first);
  if (member != object.end()) {
    member->second = std::move(value);
  } else {
    object.emplace_back(std::string(name), std::move(value));
  }
}

}  // namespace

std::string login_cache_file_name(std::string_view session) {
  return codec::to_hex(codec::sha256(as_bytes(session))) + ".json";
}

LoginToken parse_login_token(std::string_view json, const std::string& path,
                             const std::string& source) {
  const JsonValue object = parse_object(json, path);
  const JsonValue& access = object["accessToken"];
  LoginToken token{.keys = keys_of(access, path),
                   .refresh_token = Secret(text_of(object, "refreshToken")),
                   .dpop_key = Secret(text_of(object, "dpopKey")),
                   .client_id = text_of(object, "clientId"),
                   .region = text_of(object, "signInRegion"),
                   .document = *object.as_object()};
  token.keys.account_id = text_of(access, "accountId");
  token.keys.expires = codec::parse_iso8601(text_of(access, "expiresAt"));
  token.keys.source = source;
  if (!token.keys.expires) throw broken(path, "the access token lacks its expiration");
  if (token.refresh_token.empty() || token.dpop_key.empty() || token.client_id.empty())
    throw broken(path, "the file lacks refreshToken, dpopKey or clientId");
  return token;
}

std::string format_login_token(const LoginToken& token) {
  JsonValue::Object document = token.document;
  set(document, "accessToken", keys_document(token.keys));
  set(document, "refreshToken", JsonValue(token.refresh_token.reveal()));
  codec::JsonWriter writer;
  writer.value(JsonValue(std::move(document)));
  return writer.take();
}

std::string login_refresh_body(const LoginToken& token) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("clientId").value(token.client_id);
  writer.key("grantType").value("refresh_token");
  writer.key("refreshToken").value(token.refresh_token.reveal());
  writer.end_object();
  return writer.take();
}

LoginToken apply_login_refresh(LoginToken token, std::string_view json, TimePoint now,
                               const std::string& subject) {
  constexpr std::int64_t longest = 24L * 3600;  // the service says 15 minutes
  const JsonValue object = parse_object(json, subject);
  const auto lifetime = object["expiresIn"].as_int();
  if (!lifetime || *lifetime < 0) throw broken(subject, "the answer lacks the token's lifetime");
  Credentials keys = keys_of(object["accessToken"], subject);
  keys.account_id = token.keys.account_id;
  keys.source = token.keys.source;
  keys.expires = std::chrono::floor<std::chrono::seconds>(now) +
                 std::chrono::seconds(std::min(*lifetime, longest));
  token.keys = std::move(keys);
  std::string next = text_of(object, "refreshToken");
  if (next.empty()) throw broken(subject, "the answer lacks the next refresh token");
  token.refresh_token = Secret(std::move(next));
  return token;
}

std::string login_refusal(std::string_view json) {
  try {
    return text_of(codec::parse_json(json, "refusal"), "error");
  } catch (const Error&) {
    return {};  // a proxy's page; the status says what happened
  }
}

}  // namespace sluice::aws
