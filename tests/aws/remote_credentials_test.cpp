#include <doctest/doctest.h>

#include "aws/chain_world.hpp"
#include "aws/sso_token.hpp"
#include "sluice/aws/credentials_chain.hpp"

using namespace sluice;
using namespace sluice::aws;
using namespace std::chrono_literals;
using test::answer;
using test::SeenRequest;
using test::unreachable;
using World = test::ChainWorld;

namespace {

const std::string container_answer =
    R"({"AccessKeyId":"BOX","SecretAccessKey":"s","Token":"t","Expiration":"2025-05-28T16:00:00Z"})";
const std::string sso_answer =
    R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","expiration":1748448000000}})";

}  // namespace
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
