#include "sluice/aws/credentials_chain.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "aws/manual_clock.hpp"
#include "aws/sso_token.hpp"
#include "sluice/codec/date.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::aws;
using namespace std::chrono_literals;
using test::FakeAnswer;
using test::FakeHttp;
using test::SeenRequest;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

const std::string static_keys = "aws_access_key_id=FILE\naws_secret_access_key=s\n";
const std::string container_answer =
    R"({"AccessKeyId":"BOX","SecretAccessKey":"s","Token":"t","Expiration":"2025-05-28T16:00:00Z"})";
const std::string sso_answer =
    R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","expiration":1748448000000}})";

std::string sts_answer(const std::string& key, const std::string& action = "AssumeRole") {
  return "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>" + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
         "<Expiration>2025-05-28T16:00:00Z</Expiration></Credentials></" +
         action + "Result></" + action + "Response>";
}

FakeAnswer answer(std::string body, int status = 200) {
  FakeAnswer result;
  result.status = status;
  result.body = std::move(body);
  return result;
}

FakeAnswer unreachable() {
  FakeAnswer result;
  result.failure = Error(ErrorCode::network, "connect", "peer", "no route");
  return result;
}

/// One machine: files, environment, peers, time; asked for its credentials.
struct World {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sluice-chain-" + SeededRandom().hex_id());
  std::shared_ptr<test::ManualClock> clock =
      std::make_shared<test::ManualClock>(codec::parse_iso8601("2025-05-28T10:00:00Z").value());
  Variables variables;
  std::string config, credentials;
  AwsOverrides overrides;
  MfaPrompt mfa;
  FakeHttp http;

  World() { std::filesystem::create_directories(folder / ".aws" / "sso" / "cache"); }
  World(const World&) = delete;
  ~World() { std::filesystem::remove_all(folder); }

  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream(folder / name) << content;
    return (folder / name).string();
  }

  AwsSettings settings() {
    variables["HOME"] = folder.string();
    return make_aws_settings(parse_aws_config({config, "config"}, {credentials, "credentials"}),
                             Environment(variables), overrides);
  }

  /// Runs `body(provider, this)`.
  void with(Task<> (*body)(std::shared_ptr<CredentialsProvider>, World*)) {
    RuntimeOptions options;
    options.clock = clock;
    test::run(
        [&](Runtime& runtime) {
          return body(make_credentials_chain(runtime, http, {.settings = settings(), .mfa = mfa}),
                      this);
        },
        std::move(options));
  }

  /// The key id that is found, or the error's code.
  std::string key() {
    with([](std::shared_ptr<CredentialsProvider> provider, World* world) -> Task<> {
      try {
        world->found_ = co_await provider->get({});
        world->key_ = world->found_->access_key_id;
      } catch (const Error& error) {
        world->key_ = name_of(error.code());
        world->message_ = error.what();
      }
    });
    return key_;
  }
  const Credentials& found() const { return *found_; }
  const std::string& message() const { return message_; }

 private:
  std::shared_ptr<const Credentials> found_;
  std::string key_, message_;
};

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

TEST_CASE("credentials chain: SSO by a cached token") {
  World world;
  world.config =
      "[default]\nsso_session=corp\nsso_account_id=123\nsso_role_name=Read Only\n"
      "[sso-session corp]\nsso_region=us-east-2\nsso_start_url=https://x\n";
  CHECK(world.key() == "unauthenticated");
  CHECK(world.message().find("aws sso login --profile default") != std::string::npos);
  const std::string cache = ".aws/sso/cache/" + sso_cache_file_name("corp");
  world.file(cache, R"({"accessToken":"at","expiresAt":"2025-05-28T18:00:00Z"})");
  world.http.then(answer(sso_answer));
  CHECK(world.key() == "SSO");
  CHECK(world.found().account_id == "123");
  const SeenRequest& seen = world.http.seen().at(0);
  CHECK(seen.endpoint.host == "portal.sso.us-east-2.amazonaws.com");
  CHECK(seen.target == "/federation/credentials?role_name=Read%20Only&account_id=123");
  CHECK(seen.header("x-amz-sso_bearer_token") == "at");
  world.http.then(answer("{\"message\":\"Session token not found or invalid\"}", 401));
  CHECK(world.key() == "unauthenticated");
  CHECK(world.message().find("aws sso login") != std::string::npos);
  world.file(cache, R"({"accessToken":"at","expiresAt":"2025-05-28T09:00:00Z"})");
  CHECK(world.key() == "unauthenticated");
  CHECK(world.http.seen().size() == 2);
}

TEST_CASE("credentials chain: an SSO token that ends soon is refreshed and written back") {
  World world;
  world.config =
      "[default]\nsso_session=corp\nsso_account_id=123\nsso_role_name=r\n"
      "[sso-session corp]\nsso_region=us-east-2\nsso_start_url=https://x\n";
  const std::string cache = ".aws/sso/cache/" + sso_cache_file_name("corp");
  const std::string path = world.file(
      cache,
      R"({"accessToken":"old","expiresAt":"2025-05-28T10:05:00Z","refreshToken":"rt","clientId":"ci",
                 "clientSecret":"cs","registrationExpiresAt":"2025-08-01T00:00:00Z"})");
  world.http.then(answer("{}", 503)).then(answer(sso_answer));
  CHECK(world.key() == "SSO");  // not refreshed, but still good
  CHECK(world.http.seen()[1].header("x-amz-sso_bearer_token") == "old");
  world.http.then(answer(R"({"accessToken":"new","expiresIn":28800,"refreshToken":"rt2"})"))
      .then(answer(sso_answer));
  CHECK(world.key() == "SSO");
  CHECK(world.http.seen()[2].endpoint.host == "oidc.us-east-2.amazonaws.com");
  CHECK(world.http.seen()[2].target == "/token");
  CHECK(world.http.seen()[3].header("x-amz-sso_bearer_token") == "new");
  std::ifstream in(path);
  const std::string written{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto token = parse_sso_token(written, path);
  CHECK(token.access_token.reveal() == "new");
  CHECK(token.refresh_token.reveal() == "rt2");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::group_read) ==
        std::filesystem::perms::none);
}

TEST_CASE("credentials chain: half an SSO configuration is an error") {
  World world;
  world.config = "[default]\nsso_session=gone\nsso_account_id=1\nsso_role_name=r\n";
  CHECK(world.key() == "config");
  world.config = "[default]\nsso_account_id=1\n";
  CHECK(world.key() == "config");
}

TEST_CASE("credentials chain: containers, with the token read anew for each refresh") {
  World world;
  world.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", world.file("token", "one")}};
  world.http.then(answer(container_answer)).then(answer(container_answer));
  world.with([](std::shared_ptr<CredentialsProvider> provider, World* self) -> Task<> {
    const auto first = co_await provider->get({});
    CHECK(first->access_key_id == "BOX");
    self->file("token", "two");
    provider->invalidate(first);
    co_await provider->get({});
  });
  REQUIRE(world.http.seen().size() == 2);
  CHECK(world.http.seen()[0].header("Authorization") == "one");
  CHECK(world.http.seen()[0].bypass_proxy);
  CHECK(world.http.seen()[0].target == "/v1/credentials");
  CHECK(world.http.seen()[1].header("Authorization") == "two");
}

TEST_CASE("credentials chain: which container addresses are asked") {
  const struct {
    const char *name, *value, *expected;
  } cases[] = {
      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x", "BOX"},
      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2/x", "config"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://anywhere.example/x", "BOX"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1234/x", "BOX"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.9/x", "BOX"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/x", "BOX"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://anywhere.example/x", "config"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example/x", "config"},
      {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/x", "config"},
  };
  for (const auto& [name, value, expected] : cases) {
    CAPTURE(value);
    World world;
    world.variables = {{name, value}};
    world.http.then(answer(container_answer));
    CHECK(world.key() == expected);
    if (world.key() == "config") CHECK(world.http.seen().empty());
  }
}

TEST_CASE("credentials chain: a container service is asked again, then its failure is the error") {
  World world;
  world.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}};
  world.http.then(unreachable()).then(answer(container_answer));
  CHECK(world.key() == "BOX");
  world.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nInjected: b";
  CHECK(world.key() == "config");
  CHECK(world.http.seen().size() == 2);
}

TEST_CASE("credentials chain: instance metadata with a session token") {
  World world;
  world.http.then(answer("TOKEN")).then(answer("my-role\n")).then(answer(container_answer));
  CHECK(world.key() == "BOX");
  CHECK(world.found().source == "instance metadata, role my-role");
  const auto& seen = world.http.seen();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].method == "PUT");
  CHECK(seen[0].endpoint.host == "169.254.169.254");
  CHECK(seen[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600");
  CHECK(seen[1].target == "/latest/meta-data/iam/security-credentials/");
  CHECK(seen[2].target == "/latest/meta-data/iam/security-credentials/my-role");
  for (std::size_t i = 1; i < 3; ++i)
    CHECK(seen[i].header("x-aws-ec2-metadata-token") == "TOKEN");
  for (const auto& request : seen)
    CHECK(request.bypass_proxy);
}

TEST_CASE("credentials chain: instance metadata without tokens (version 1), if allowed") {
  for (const int status : {403, 404, 405}) {
    World world;
    world.http.then(answer("", status)).then(answer("r")).then(answer(container_answer));
    CHECK(world.key() == "BOX");
    CHECK(world.http.seen()[1].header("x-aws-ec2-metadata-token") == "");
    world.variables["AWS_EC2_METADATA_V1_DISABLED"] = "true";
    world.http.then(answer("", status));
    CHECK(world.key() == "unauthenticated");
    CHECK(world.http.seen().size() == 4);
  }
  World refused;
  refused.http.then(answer("", 400));
  CHECK(refused.key() == "unauthenticated");
  CHECK(refused.http.seen().size() == 1);
}

TEST_CASE(
    "credentials chain: a silent or senseless metadata service means no credentials, not a failure "
    "of its own") {
  World world;
  world.http.then(unreachable()).then(unreachable());
  CHECK(world.key() == "unauthenticated");
  world.http.then(answer("T")).then(answer("r")).then(answer(R"({"Code":"Failed","Message":"m"})"));
  CHECK(world.key() == "unauthenticated");
  world.http.then(answer("T")).then(answer("r")).then(answer("<html>"));
  CHECK(world.key() == "unauthenticated");
  world.http.then(answer("T")).then(answer("", 404));
  CHECK(world.key() == "unauthenticated");
  const auto before = world.http.seen().size();
  world.variables["AWS_EC2_METADATA_DISABLED"] = "true";
  CHECK(world.key() == "unauthenticated");
  CHECK(world.http.seen().size() == before);
}

TEST_CASE("credentials chain: instance credentials are used on when no newer ones come") {
  World world;
  world.http.then(answer("T")).then(answer("r")).then(answer(container_answer));
  world.with([](std::shared_ptr<CredentialsProvider> provider, World* self) -> Task<> {
    co_await provider->get({});
    self->clock->advance(6h + 1min);
    for (int i = 0; i < 2; ++i)
      self->http.then(unreachable());
    const auto kept = co_await provider->get({});
    CHECK(kept->access_key_id == "BOX");
    CHECK(*kept->expires > self->clock->now() + 16min);
  });
  World late;
  late.clock->advance(6h - 5min);
  late.http.then(answer("T")).then(answer("r")).then(answer(container_answer));
  CHECK(late.key() == "BOX");
  CHECK(*late.found().expires >= late.clock->now() + 17min);
  CHECK(*late.found().expires <= late.clock->now() + 25min);
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

TEST_CASE("credentials chain: the machine's region") {
  World world;
  world.http.then(answer("T")).then(answer("ap-northeast-1"));
  test::run([&](Runtime& runtime) -> Task<> {
    return [](Runtime& loop, World* self) -> Task<> {
      const auto region = co_await find_instance_region(loop, self->http, {}, self->settings());
      CHECK(region == "ap-northeast-1");
    }(runtime, &world);
  });
}
