#include <doctest/doctest.h>

#include "aws/chain_world.hpp"
#include "aws/login_proof.hpp"
#include "aws/login_token.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/json.hpp"

using namespace sluice;
using namespace sluice::aws;
using test::answer;
using test::SeenRequest;
using World = test::ChainWorld;

namespace {

// Made for this test by `openssl ecparam -genkey`.
const std::string key_pem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIELhDFJ1AmQfLOM8GH9s5szRbUHOfwzxzNV8e/RaPkAVoAoGCCqGSM49\n"
    "AwEHoUQDQgAEP3cfxYHp7x+2sGPkAwYgrimLmDDPFWehfHv9/66vMzK6h96wH+Es\n"
    "mGvXO+S6/7AtN1ECR9WSyHAXRY07PtYPjQ==\n"
    "-----END EC PRIVATE KEY-----\n";
const std::string session = "arn:aws:iam::012345678910:user/admin";

std::string token_text(const std::string& key, const std::string& expires,
                       const std::string& region = "eu-west-1") {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("accessToken").begin_object();
  writer.key("accessKeyId").value(key);
  writer.key("secretAccessKey").value("shh");
  writer.key("sessionToken").value("st");
  writer.key("accountId").value("012345678910");
  writer.key("expiresAt").value(expires);
  writer.end_object();
  writer.key("tokenType").value("aws_sigv4");
  writer.key("refreshToken").value("rt");
  writer.key("idToken").value("id");
  writer.key("clientId").value("arn:aws:signin:::devtools/same-device");
  writer.key("dpopKey").value(key_pem);
  if (!region.empty()) writer.key("signInRegion").value(region);
  writer.end_object();
  return writer.take();
}

const std::string fresh =
    R"({"accessToken":{"accessKeyId":"NEW","secretAccessKey":"s2","sessionToken":"t2"},)"
    R"("tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"rt2"})";

struct LoginWorld : World {
  LoginWorld() {
    std::filesystem::create_directories(folder / ".aws/login/cache");
    config = "[default]\nregion=us-east-1\nlogin_session=" + session + "\n";
  }
  std::string keep(const std::string& text) const {
    return file(".aws/login/cache/" + login_cache_file_name(session), text);
  }
};

std::string content_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

codec::JsonValue part_of(std::string_view token, std::size_t number) {
  for (; number > 0; --number)
    token.remove_prefix(token.find('.') + 1);
  std::string text(token.substr(0, token.find('.')));
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return codec::parse_json(codec::from_base64(text).value(), "part of a token");
}

std::string host_in(const std::string& region, bool fips = false) {
  return login_endpoint({.region = region, .custom = {}, .fips = fips}).endpoint.host;
}

}  // namespace

TEST_CASE("login token: what is in the file stays, but for what a refresh renews") {
  const LoginToken token = parse_login_token(token_text("OLD", "2025-05-28T10:02:00Z"), "f", "s");
  CHECK(token.keys.account_id == "012345678910");
  CHECK(token.region == "eu-west-1");
  CHECK(format_login_token(token) == token_text("OLD", "2025-05-28T10:02:00Z"));
  const TimePoint now = codec::parse_iso8601("2025-05-28T10:00:00.700Z").value();
  const LoginToken next = apply_login_refresh(token, fresh, now, "s");
  const auto written = codec::parse_json(format_login_token(next), "test");
  CHECK(written["accessToken"]["accessKeyId"].as_string() == "NEW");
  CHECK(written["accessToken"]["accountId"].as_string() == "012345678910");
  CHECK(written["accessToken"]["expiresAt"].as_string() == "2025-05-28T10:15:00Z");
  CHECK(written["refreshToken"].as_string() == "rt2");
  CHECK(written["idToken"].as_string() == "id");
  CHECK(written["dpopKey"].as_string() == key_pem);
}

TEST_CASE("login token: the file is named after the session's SHA-256") {
  CHECK(login_cache_file_name("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.json");
}

TEST_CASE("login token: half a file or answer is refused, and not quoted") {
  const auto failure = [](auto parse) -> std::string {
    try {
      parse();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::protocol);
      return error.what();
    }
    return "none";
  };
  const auto token = parse_login_token(token_text("OLD", "2025-05-28T10:02:00Z"), "f", "s");
  for (const std::string text :
       {"", "[]", "{\"secretAccessKey\":\"hidden\"", "{\"accessToken\":{\"accessKeyId\":\"K\"}}"}) {
    CAPTURE(text);
    const std::string said = failure([&] { parse_login_token(text, "the file", "s"); });
    CHECK(said.find("the file") != std::string::npos);
    CHECK(said.find("hidden") == std::string::npos);
    CHECK(failure([&] { apply_login_refresh(token, text, TimePoint(), "s"); }) != "none");
  }
  CHECK(failure([&] { parse_login_token(token_text("K", "tomorrow"), "f", "s"); }) != "none");
  std::string endless = fresh;
  endless.replace(endless.find("900"), 3, "-1");
  CHECK(failure([&] { apply_login_refresh(token, endless, TimePoint(), "s"); }) != "none");
}

TEST_CASE("login proof: an ES256 token for one URL and moment") {
  const codec::Es256Key key(key_pem, "test");
  const TimePoint now = codec::parse_iso8601("2025-05-28T10:00:00.9Z").value();
  const std::string proof = login_proof(key, "https://h/v1/token", now, "an-id");
  const auto header = part_of(proof, 0);
  CHECK(header["typ"].as_string() == "dpop+jwt");
  CHECK(header["alg"].as_string() == "ES256");
  CHECK(header["jwk"]["kty"].as_string() == "EC");
  CHECK(header["jwk"]["crv"].as_string() == "P-256");
  CHECK(header["jwk"]["x"].as_string() == "P3cfxYHp7x-2sGPkAwYgrimLmDDPFWehfHv9_66vMzI");
  CHECK(header["jwk"]["y"].as_string() == "uofesB_hLJhr1zvkuv-wLTdRAkfVkshwF0WNOz7WD40");
  const auto payload = part_of(proof, 1);
  CHECK(payload["htm"].as_string() == "POST");
  CHECK(payload["htu"].as_string() == "https://h/v1/token");
  CHECK(payload["iat"].as_int() == 1748426400);
  CHECK(payload["jti"].as_string() == "an-id");
  CHECK(proof.substr(proof.rfind('.') + 1).size() == 86);  // 64 bytes; es256_test verifies them
  CHECK(proof.find_first_of("+/=") == std::string::npos);
}

TEST_CASE("login endpoint: each partition names it in its own way") {
  CHECK(host_in("us-east-1") == "us-east-1.signin.aws.amazon.com");
  CHECK(host_in("cn-north-1") == "cn-north-1.signin.amazonaws.cn");
  CHECK(host_in("us-gov-east-1") == "us-gov-east-1.signin.amazonaws-us-gov.com");
  CHECK(host_in("us-gov-west-1", true) == "signin-fips.amazonaws-us-gov.com");
  CHECK(host_in("us-gov-east-1", true) == "us-gov-east-1.signin-fips.amazonaws-us-gov.com");
  CHECK(host_in("us-east-1", true) == "signin-fips.us-east-1.amazonaws.com");
  const EndpointOptions dual{.region = "us-east-1", .custom = {}, .dualstack = true};
  CHECK(login_endpoint(dual).endpoint.host == "signin.us-east-1.api.aws");
}

TEST_CASE("credentials chain: aws login, between credentials file and process") {
  LoginWorld world;
  CHECK(world.key() == "unauthenticated");
  CHECK(world.message().find("aws login --profile default") != std::string::npos);
  world.keep(token_text("LOGIN", "2025-05-28T10:06:00Z"));
  CHECK(world.key() == "LOGIN");
  CHECK(world.found().session_token.reveal() == "st");
  CHECK(world.found().source == "login session, profile default");
  world.config += "credential_process = /bin/false\n";
  CHECK(world.key() == "LOGIN");
  world.credentials = "[default]\naws_access_key_id=FILE\naws_secret_access_key=s\n";
  CHECK(world.key() == "FILE");
  CHECK(world.http.seen().empty());
}

TEST_CASE("credentials chain: a login session is refreshed with a proof and written back") {
  LoginWorld world;
  const std::string path = world.keep(token_text("OLD", "2025-05-28T10:04:00Z"));
  world.http.then(answer(fresh));
  CHECK(world.key() == "NEW");
  CHECK(world.found().account_id == "012345678910");
  const SeenRequest& seen = world.http.seen().at(0);
  CHECK(seen.method == "POST");
  CHECK(seen.endpoint.host == "eu-west-1.signin.aws.amazon.com");  // where the user signed in
  CHECK(seen.target == "/v1/token");
  CHECK(seen.header("Content-Type") == "application/json");
  CHECK(seen.header("Authorization").empty());
  CHECK(seen.body == R"({"clientId":"arn:aws:signin:::devtools/same-device",)"
                     R"("grantType":"refresh_token","refreshToken":"rt"})");
  CHECK(part_of(seen.header("DPoP"), 1)["htu"].as_string() ==
        "https://eu-west-1.signin.aws.amazon.com/v1/token");
  CHECK(parse_login_token(content_of(path), path, "").refresh_token.reveal() == "rt2");
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::group_read) ==
        std::filesystem::perms::none);
  CHECK(world.key() == "NEW");  // from the file
  CHECK(world.http.seen().size() == 1);
}

TEST_CASE("credentials chain: a login session that is not refreshed is used to its end") {
  LoginWorld world;
  world.keep(token_text("OLD", "2025-05-28T10:04:00Z", ""));
  world.http.then(answer("{}", 503));
  CHECK(world.key() == "OLD");
  CHECK(world.http.seen()[0].endpoint.host == "us-east-1.signin.aws.amazon.com");
  world.keep(token_text("OLD", "2025-05-28T09:59:00Z", ""));
  world.http.then(answer("{}", 503));
  CHECK(world.key() == "unavailable");
}

TEST_CASE("credentials chain: a login session that has ended says what to do") {
  const struct {
    const char *refusal, *code, *said;
  } cases[] = {
      {"TOKEN_EXPIRED", "unauthenticated", "run `aws login --profile default`"},
      {"USER_CREDENTIALS_CHANGED", "unauthenticated", "run `aws login --profile default`"},
      {"INSUFFICIENT_PERMISSIONS", "permission_denied", "signin:CreateOAuth2Token"},
      {"invalid_request", "invalid_input", "words"},
  };
  for (const auto& [refusal, code, said] : cases) {
    CAPTURE(refusal);
    LoginWorld world;
    world.keep(token_text("OLD", "2025-05-28T09:59:00Z"));
    world.http.then(
        answer(R"({"error":")" + std::string(refusal) + R"(","message":"words"})", 400));
    CHECK(world.key() == code);
    CHECK(world.message().find(said) != std::string::npos);
    CHECK(world.message().find("rt") == std::string::npos);
    CHECK(world.http.seen().size() == 1);
  }
}

TEST_CASE("credentials chain: another program's refresh of a login session counts") {
  LoginWorld world;
  world.keep(token_text("OLD", "2025-05-28T09:59:00Z"));
  // It wrote its file while we were refused with the token that it had used up.
  test::FakeHttp racing([&world](const SeenRequest&) {
    world.keep(token_text("THEIRS", "2025-05-28T10:14:00Z"));
    return answer(R"({"error":"TOKEN_EXPIRED","message":"m"})", 400);
  });
  RuntimeOptions options;
  options.clock = world.clock;
  std::string key;
  test::run(
      [&](Runtime& runtime) {
        auto provider =
            make_credentials_chain(runtime, racing, {.settings = world.settings(), .mfa = nullptr});
        return [](std::shared_ptr<CredentialsProvider> chain, std::string* out) -> Task<> {
          const auto found = co_await chain->get({});
          *out = found->access_key_id;
        }(provider, &key);
      },
      std::move(options));
  CHECK(key == "THEIRS");
  CHECK(racing.seen().size() == 1);
}

TEST_CASE("credentials chain: a login session can stand behind a role, its cache elsewhere") {
  LoginWorld world;
  world.config =
      "[default]\nrole_arn=arn:r\nsource_profile=me\n[profile me]\nregion=us-east-1\n"
      "login_session=" +
      session + "\n";
  world.variables["AWS_LOGIN_CACHE_DIRECTORY"] = "~/elsewhere";
  std::filesystem::create_directories(world.folder / "elsewhere");
  world.file("elsewhere/" + login_cache_file_name(session),
             token_text("LOGIN", "2025-05-28T10:10:00Z"));
  world.http.then(
      answer("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>"
             "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
             "<Expiration>2025-05-28T16:00:00Z</Expiration></Credentials></AssumeRoleResult>"
             "</AssumeRoleResponse>"));
  CHECK(world.key() == "ROLE");
  CHECK(world.http.seen()[0].header("Authorization").find("Credential=LOGIN/") !=
        std::string::npos);
}
