#include <utility>

#include "aws/credential_source.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::aws {
namespace {

struct Keys {
  std::optional<std::string> id, secret, token;
};

std::optional<Credentials> credentials_of(Keys keys, std::string source) {
  if (!keys.id && !keys.secret) return std::nullopt;
  if (!keys.id || !keys.secret) {
    throw bad_source(std::move(source), keys.id ? "an access key id without its secret access key"
                                                : "a secret access key without its access key id");
  }
  Credentials credentials;
  credentials.access_key_id = std::move(*keys.id);
  credentials.secret_access_key = Secret(std::move(*keys.secret));
  if (keys.token) credentials.session_token = Secret(std::move(*keys.token));
  credentials.source = std::move(source);
  return credentials;
}

}  // namespace

std::optional<Credentials> environment_credentials(const Environment& environment) {
  std::optional<std::string> id = environment.get("AWS_ACCESS_KEY_ID");
  // A secret alone is left over from something else, as all the tools have it.
  if (!id) return std::nullopt;
  std::optional<std::string> token = environment.get("AWS_SECURITY_TOKEN");  // the older name
  if (!token) token = environment.get("AWS_SESSION_TOKEN");
  auto credentials = credentials_of(
      {std::move(id), environment.get("AWS_SECRET_ACCESS_KEY"), std::move(token)}, "environment");
  credentials->account_id = environment.get("AWS_ACCOUNT_ID").value_or("");
  if (const auto expiration = environment.get("AWS_CREDENTIAL_EXPIRATION")) {
    credentials->expires = codec::parse_iso8601(*expiration);
    if (!credentials->expires)
      throw bad_source("environment", "AWS_CREDENTIAL_EXPIRATION is no date of RFC 3339");
  }
  return credentials;
}

std::optional<Credentials> section_credentials(const ConfigSection& section, std::string source) {
  std::optional<std::string> token = section.get("aws_security_token");
  if (!token) token = section.get("aws_session_token");
  auto credentials = credentials_of(
      {section.get("aws_access_key_id"), section.get("aws_secret_access_key"), std::move(token)},
      std::move(source));
  if (credentials) credentials->account_id = section.get("aws_account_id").value_or("");
  return credentials;
}

}  // namespace sluice::aws
