#include "aws/credential_answers.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "aws/sso_token.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

TimePoint at(std::string_view text) {
  return codec::parse_iso8601(text).value();
}

std::optional<Error> failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("credential answers: a process's output") {
  const auto full = parse_process_answer(
      R"({"Version":1,"AccessKeyId":"K","SecretAccessKey":"s3cret","SessionToken":"t",
      "Expiration":"2025-05-28T10:00:00Z","AccountId":"123"})",
      "p");
  CHECK(full.access_key_id == "K");
  CHECK(full.secret_access_key.reveal() == "s3cret");
  CHECK(full.session_token.reveal() == "t");
  CHECK(full.expires == at("2025-05-28T10:00:00Z"));
  CHECK(full.account_id == "123");
  const auto plain =
      parse_process_answer(R"({"Version":1,"AccessKeyId":"K","SecretAccessKey":"s"})", "p");
  CHECK_FALSE(plain.expires);
  CHECK(plain.session_token.empty());
}

TEST_CASE("credential answers: what cannot be used is refused without quoting it") {
  const char* const answers[] = {
      "",
      "hidden",
      "[\"hidden\"]",
      R"({"AccessKeyId":"K","SecretAccessKey":"hidden"})",
      R"({"Version":2,"AccessKeyId":"K","SecretAccessKey":"hidden"})",
      R"({"Version":1,"AccessKeyId":"K","SessionToken":"hidden"})",
      R"({"Version":1,"AccessKeyId":"K","SecretAccessKey":"hidden","Expiration":"hidden"})",
      R"({"Version":1,"AccessKeyId":"K","SecretAccessKey":"hidden" hidden)",
  };
  for (const char* answer : answers) {
    CAPTURE(answer);
    const auto error = failure_of([&] { parse_process_answer(answer, "the source"); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::protocol);
    CHECK(error->subject() == "the source");
    CHECK(std::string(error->what()).find("hidden") == std::string::npos);
  }
}

TEST_CASE("credential answers: container and instance metadata") {
  const std::string json =
      R"({"Code":"Success","AccessKeyId":"K","SecretAccessKey":"s","Token":"t","Expiration":"2025-05-28T10:00:00Z"})";
  CHECK(parse_container_answer(json, "c").session_token.reveal() == "t");
  const auto instance = parse_instance_answer(json, "i");
  REQUIRE(instance);
  CHECK(instance->expires == at("2025-05-28T10:00:00Z"));
  CHECK_FALSE(
      parse_instance_answer(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"no"})", "i"));
  CHECK(failure_of([] { parse_container_answer(R"({"Code":"x"})", "c"); }));
  CHECK(failure_of([] { parse_instance_answer("<html>", "i"); }));
}

TEST_CASE("credential answers: the SSO portal's times are milliseconds") {
  const auto credentials = parse_sso_answer(
      R"({"roleCredentials":{"accessKeyId":"K","secretAccessKey":"s","sessionToken":"t","expiration":1748426400000}})",
      "s");
  CHECK(credentials.expires == at("2025-05-28T10:00:00Z"));
  const auto forever = parse_sso_answer(
      R"({"roleCredentials":{"accessKeyId":"K","secretAccessKey":"s","expiration":9223372036854775807}})",
      "s");
  CHECK(forever.expires > at("2260-01-01T00:00:00Z"));
  CHECK(failure_of([] {
    parse_sso_answer(R"({"roleCredentials":{"accessKeyId":"K","secretAccessKey":"s"}})", "s");
  }));
}

TEST_CASE("credential answers: STS") {
  const auto answer = [](std::string_view action) {
    return "<" + std::string(action) +
           "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + std::string(action) +
           "Result><Credentials><AccessKeyId>K</AccessKeyId><SecretAccessKey>s</"
           "SecretAccessKey><SessionToken>t</SessionToken>"
           "<Expiration>2025-05-28T10:00:00Z</Expiration></Credentials></" +
           std::string(action) + "Result></" + std::string(action) + "Response>";
  };
  for (const char* action : {"AssumeRole", "AssumeRoleWithWebIdentity"}) {
    const auto credentials = parse_sts_answer(answer(action), "r");
    CHECK(credentials.access_key_id == "K");
    CHECK(credentials.session_token.reveal() == "t");
    CHECK(credentials.expires == at("2025-05-28T10:00:00Z"));
  }
  CHECK(failure_of([] { parse_sts_answer("<AssumeRoleResponse/>", "r"); }));
  CHECK(failure_of([] { parse_sts_answer("{}", "r"); }));
}

TEST_CASE("SSO token: file name, content and refresh") {
  CHECK(sso_cache_file_name("my-session") == "9e28173066ce536e277c5fb355efd9c64f398167.json");
  const std::string json =
      R"({"startUrl":"https://x","region":"us-east-1","accessToken":"at","expiresAt":"2025-05-28T10:00:00UTC",
          "clientId":"ci","clientSecret":"cs","registrationExpiresAt":"2025-08-01T00:00:00Z","refreshToken":"rt"})";
  const auto token = parse_sso_token(json, "f");
  CHECK(token.expires == at("2025-05-28T10:00:00Z"));
  CHECK(can_refresh(token, at("2025-05-28T09:00:00Z")));
  CHECK_FALSE(can_refresh(token, at("2025-08-02T00:00:00Z")));
  CHECK(sso_refresh_body(token) ==
        R"({"grantType":"refresh_token","clientId":"ci","clientSecret":"cs","refreshToken":"rt"})");
  const auto next =
      apply_sso_refresh(token, R"({"accessToken":"at2","expiresIn":3600,"refreshToken":"rt2"})",
                        at("2025-05-28T09:50:00Z"), "s");
  const auto again = parse_sso_token(format_sso_token(next), "f");
  CHECK(again.access_token.reveal() == "at2");
  CHECK(again.refresh_token.reveal() == "rt2");
  CHECK(again.expires == at("2025-05-28T10:50:00Z"));
  CHECK(again.client_secret.reveal() == "cs");
  CHECK(again.registration_expires == at("2025-08-01T00:00:00Z"));
  CHECK(failure_of([] { parse_sso_token(R"({"accessToken":"x"})", "f"); }));
  CHECK(failure_of([&] { apply_sso_refresh(token, "{}", at("2025-05-28T09:50:00Z"), "s"); }));
}
