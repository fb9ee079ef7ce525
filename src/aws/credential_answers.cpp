#include "aws/credential_answers.hpp"

#include <utility>

#include "sluice/codec/date.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

Error broken(const std::string& source, std::string_view what) {
  return Error(ErrorCode::protocol, "read credentials", source, std::string(what));
}

// What parsers say may quote the answer, so only the fact is passed on.
codec::JsonValue parse_object(std::string_view json, const std::string& source) {
  try {
    codec::JsonValue value = codec::parse_json(json, source);
    if (value.as_object()) return value;
  } catch (const Error&) {
  }
  throw broken(source, "the answer is no JSON object");
}

std::string text_of(const codec::JsonValue& object, std::string_view name) {
  return std::string(object[name].as_string().value_or(""));
}

std::optional<TimePoint> date_of(std::string_view text, const std::string& source) {
  if (text.empty()) return std::nullopt;
  const auto time = codec::parse_iso8601(text);
  if (!time) throw broken(source, "the expiration is no date of RFC 3339");
  return time;
}

struct Names {
  std::string_view id, secret, token;
};

Credentials keys_of(const codec::JsonValue& object, const Names& names, const std::string& source) {
  Credentials credentials;
  credentials.access_key_id = text_of(object, names.id);
  credentials.secret_access_key = Secret(text_of(object, names.secret));
  credentials.session_token = Secret(text_of(object, names.token));
  credentials.source = source;
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    throw broken(source, "the answer lacks an access key id or a secret access key");
  }
  return credentials;
}

Credentials credentials_of(const codec::JsonValue& object, std::string_view token_name,
                           const std::string& source) {
  Credentials credentials = keys_of(object, {"AccessKeyId", "SecretAccessKey", token_name}, source);
  credentials.expires = date_of(text_of(object, "Expiration"), source);
  credentials.account_id = text_of(object, "AccountId");
  return credentials;
}

codec::XmlElement parse_answer_xml(std::string_view xml, const std::string& source) {
  try {
    return codec::parse_xml(xml, source);
  } catch (const Error&) {
  }
  throw broken(source, "the answer is no XML");
}

}  // namespace

Credentials parse_process_answer(std::string_view json, const std::string& source) {
  const auto object = parse_object(json, source);
  if (object["Version"].as_int() != 1) throw broken(source, "the output's Version is not 1");
  return credentials_of(object, "SessionToken", source);
}

Credentials parse_container_answer(std::string_view json, const std::string& source) {
  return credentials_of(parse_object(json, source), "Token", source);
}

std::optional<Credentials> parse_instance_answer(std::string_view json, const std::string& source) {
  const auto object = parse_object(json, source);
  if (text_of(object, "AccessKeyId").empty() || text_of(object, "SecretAccessKey").empty())
    return std::nullopt;
  return credentials_of(object, "Token", source);
}

Credentials parse_sso_answer(std::string_view json, const std::string& source) {
  const auto object = parse_object(json, source);
  const auto& role = object["roleCredentials"];
  Credentials credentials =
      keys_of(role, {"accessKeyId", "secretAccessKey", "sessionToken"}, source);
  const auto expires = role["expiration"].as_int();
  // Milliseconds of a TimePoint's range.
  constexpr std::int64_t last =
      std::chrono::floor<std::chrono::milliseconds>(TimePoint::max()).time_since_epoch().count();
  if (!expires || *expires < 0) throw broken(source, "the answer lacks its expiration");
  credentials.expires = TimePoint(std::chrono::milliseconds(std::min(*expires, last)));
  return credentials;
}

Credentials parse_sts_answer(std::string_view xml, const std::string& source) {
  const codec::XmlElement root = parse_answer_xml(xml, source);
  const codec::XmlElement* result = root.find("AssumeRoleResult");
  if (!result) result = root.find("AssumeRoleWithWebIdentityResult");
  const codec::XmlElement* keys = result ? result->find("Credentials") : nullptr;
  if (!keys) throw broken(source, "the answer holds no credentials");
  Credentials credentials;
  credentials.access_key_id = keys->text_of("AccessKeyId");
  credentials.secret_access_key = Secret(std::string(keys->text_of("SecretAccessKey")));
  credentials.session_token = Secret(std::string(keys->text_of("SessionToken")));
  credentials.expires = date_of(keys->text_of("Expiration"), source);
  credentials.source = source;
  const bool whole = !credentials.access_key_id.empty() && !credentials.secret_access_key.empty() &&
                     credentials.expires;
  if (!whole) throw broken(source, "the answer lacks keys or their expiration");
  return credentials;
}

}  // namespace sluice::aws
