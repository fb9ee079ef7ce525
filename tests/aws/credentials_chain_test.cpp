#include "sluice/aws/credentials_chain.hpp"

#include <doctest/doctest.h>

#include "aws/chain_world.hpp"

using namespace sluice;
using namespace sluice::aws;
using test::answer;
using test::FakeAnswer;
using test::SeenRequest;
using World = test::ChainWorld;

namespace {

const std::string static_keys = "aws_access_key_id=FILE\naws_secret_access_key=s\n";

std::string sts_answer(const std::string& key, const std::string& action = "AssumeRole") {
  return "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
         "<Expiration>2025-05-28T16:00:00Z</Expiration></Credentials></" +
         action + "Result></" + action + "Response>";
}

}  // namespace

TEST_CASE("credentials chain: the environment comes first, unless the caller chose a profile") {
  World world;
  world.variables = {{"AWS_ACCESS_KEY_ID", "ENV"},
                     {"AWS_SECRET_ACCESS_KEY", "s"},
                     {"AWS_SESSION_TOKEN", "t"},
                     {"AWS_PROFILE", "p"}};
  world.credentials = "[p]\n" + static_keys;
  CHECK(world.key() == "ENV");
  CHECK(world.found().session_token.reveal() == "t");
  CHECK(world.found().source == "environment");
  world.overrides.profile = "p";
  CHECK(world.key() == "FILE");
}

TEST_CASE("credentials chain: half a key pair is an error, not the next source") {
  World world;
  world.variables = {{"AWS_ACCESS_KEY_ID", "ENV"}};
  world.credentials = "[default]\n" + static_keys;
  CHECK(world.key() == "config");
  world.variables.clear();
  world.credentials = "[default]\naws_access_key_id=K\n";
  CHECK(world.key() == "config");
}

TEST_CASE("credentials chain: credentials file, then process, then config file") {
  World world;
  world.config = "[default]\naws_access_key_id=CONFIG\naws_secret_access_key=s\n";
  CHECK(world.key() == "CONFIG");
  CHECK(world.found().source == "profile default of the config file");
  world.config +=
      "credential_process = /bin/echo "
      "'{\"Version\":1,\"AccessKeyId\":\"RUN\",\"SecretAccessKey\":\"s\"}'\n";
  CHECK(world.key() == "RUN");
  world.credentials = "[default]\n" + static_keys;
  CHECK(world.key() == "FILE");
  CHECK(world.http.seen().empty());
}

TEST_CASE("credentials chain: a failing process is an error with the end of what it said") {
  World world;
  world.config =
      "[default]\ncredential_process = /bin/sh -c 'echo secret; echo went wrong >&2; exit 3'\n";
  CHECK(world.key() == "unauthenticated");
  CHECK(world.message().find("ended with code 3: went wrong") != std::string::npos);
  CHECK(world.message().find("secret") == std::string::npos);
  world.config = "[default]\ncredential_process = \"open\n";
  CHECK(world.key() == "config");
  world.config = "[default]\ncredential_process = /bin/echo nonsense\n";
  CHECK(world.key() == "protocol");
}

TEST_CASE("credentials chain: a role is assumed with signed requests, chained ones in order") {
  World world;
  world.config =
      "[default]\nregion=eu-west-1\nrole_arn=arn:two\nsource_profile=mid\nexternal_id=x\n"
      "[profile mid]\nrole_arn=arn:one\nsource_profile=base\n[profile base]\n" +
      static_keys;
  world.http.then(answer(sts_answer("ONE"))).then(answer(sts_answer("TWO")));
  CHECK(world.key() == "TWO");
  CHECK(world.found().source == "role arn:two");
  REQUIRE(world.http.seen().size() == 2);
  const SeenRequest& first = world.http.seen()[0];
  const SeenRequest& second = world.http.seen()[1];
  CHECK(first.endpoint.host == "sts.eu-west-1.amazonaws.com");
  CHECK(first.method == "POST");
  CHECK(first.body ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aone&RoleSessionName=sluice-1748426400");
  CHECK(first.header("Authorization")
            .find("Credential=FILE/20250528/eu-west-1/sts/aws4_request, SignedHeaders="
                  "content-type;host;x-amz-date,") != std::string::npos);
  CHECK(second.body.ends_with("&ExternalId=x"));
  CHECK(second.header("Authorization").find("Credential=ONE/") != std::string::npos);
  CHECK(second.header("X-Amz-Security-Token") == "t");
}

TEST_CASE("credentials chain: STS refusing is an error, throttling is tried again") {
  World world;
  world.config = "[default]\nrole_arn=arn:r\nsource_profile=default\n" + static_keys;
  world.http.then(
      answer("<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></"
             "ErrorResponse>",
             403));
  CHECK(world.key() == "permission_denied");
  CHECK(world.http.seen().size() == 1);
  CHECK(world.http.seen()[0].endpoint.host == "sts.us-east-1.amazonaws.com");
  world.http
      .then(answer("<ErrorResponse><Error><Code>Throttling</Code><Message>slow</Message></Error></"
                   "ErrorResponse>",
                   400))
      .then(answer(sts_answer("ROLE")));
  CHECK(world.key() == "ROLE");
}

TEST_CASE("credentials chain: a wrong clock is corrected by the peer's") {
  World world;
  world.config = "[default]\nrole_arn=arn:r\nsource_profile=default\n" + static_keys;
  FakeAnswer skewed = answer(
      "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error></"
      "ErrorResponse>",
      403);
  skewed.headers = {{"Date", "Wed, 28 May 2025 11:00:00 GMT"}};
  world.http.then(skewed).then(answer(sts_answer("ROLE")));
  CHECK(world.key() == "ROLE");
  CHECK(world.http.seen()[0].header("X-Amz-Date") == "20250528T100000Z");
  CHECK(world.http.seen()[1].header("X-Amz-Date") == "20250528T110000Z");
}

TEST_CASE("credentials chain: MFA is asked for, or is an error where nobody can be asked") {
  World world;
  world.config =
      "[default]\nrole_arn=arn:r\nsource_profile=default\nmfa_serial=dev\n" + static_keys;
  CHECK(world.key() == "config");
  CHECK(world.message().find("MFA device dev") != std::string::npos);
  CHECK(world.http.seen().empty());
  world.mfa = [](std::string serial) -> Task<std::string> { co_return serial + "-123456"; };
  world.http.then(answer(sts_answer("ROLE")));
  CHECK(world.key() == "ROLE");
  CHECK(world.http.seen()[0].body.ends_with("&SerialNumber=dev&TokenCode=dev-123456"));
}

TEST_CASE("credentials chain: credential_source Environment and its absence") {
  World world;
  world.overrides.profile = "p";
  world.config = "[profile p]\nrole_arn=arn:r\ncredential_source=Environment\n";
  CHECK(world.key() == "unauthenticated");
  world.variables = {{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
  world.http.then(answer(sts_answer("ROLE")));
  CHECK(world.key() == "ROLE");
  CHECK(world.http.seen()[0].header("Authorization").find("Credential=ENV/") != std::string::npos);
}

TEST_CASE("credentials chain: a web identity token is read from its file and sent unsigned") {
  World world;
  world.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", (world.folder / "token").string()},
                     {"AWS_ROLE_ARN", "arn:w"},
                     {"AWS_ROLE_SESSION_NAME", "me"},
                     {"AWS_REGION", "cn-north-1"}};
  CHECK(world.key() == "config");
  world.file("token", "to.ken\n");
  world.http.then(answer(sts_answer("WEB", "AssumeRoleWithWebIdentity")));
  CHECK(world.key() == "WEB");
  const SeenRequest& seen = world.http.seen().at(0);
  CHECK(seen.endpoint.host == "sts.cn-north-1.amazonaws.com.cn");
  CHECK(seen.body ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aw&RoleSessionName=me"
        "&WebIdentityToken=to.ken");
  CHECK(seen.header("Authorization") == "");
}

TEST_CASE("credentials chain: keys in files are read anew when the peer calls them expired") {
  World world;
  world.credentials = "[default]\n" + static_keys;
  world.file(".aws/credentials", "[default]\naws_access_key_id=NEXT\naws_secret_access_key=s\n");
  world.with([](std::shared_ptr<CredentialsProvider> provider, World*) -> Task<> {
    const auto first = co_await provider->get({});
    CHECK(first->access_key_id == "FILE");
    provider->invalidate(first);
    const auto second = co_await provider->get({});
    CHECK(second->access_key_id == "NEXT");
  });
}
