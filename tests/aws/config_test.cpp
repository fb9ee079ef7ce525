#include "sluice/aws/config.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "aws/words.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

AwsConfig parse(std::string config, std::string credentials = "") {
  return parse_aws_config({std::move(config), "config"}, {std::move(credentials), "credentials"});
}

AwsSettings settings_of(std::string config,
                        std::map<std::string, std::string, std::less<>> environment = {},
                        const AwsOverrides& overrides = {}) {
  return make_aws_settings(parse(std::move(config)), Environment(std::move(environment)),
                           overrides);
}

template <class Call>
std::optional<Error> failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("config: profiles, sessions and services of the config file") {
  const auto config = parse(
      "# comment\n; another\n[default]\nregion = us-east-1\noutput=json\n\n[profile \"x "
      "y\"]\r\nRegion : eu-west-1\r\n"
      "[profile dev]\n  role_arn = arn:aws:iam::1:role/a=b\n[sso-session "
      "corp]\nsso_region=us-east-2\n"
      "[services local]\ns3 =\n  endpoint_url = http://localhost:9000\n  # inside\nsts =\n  "
      "endpoint_url = http://h/\n"
      "[preview]\ncloudfront=true\n[bare]\nregion=zz\n");
  CHECK(config.profiles.at("default").get("region") == "us-east-1");
  CHECK(config.profiles.at("x y").get("region") == "eu-west-1");
  CHECK(config.profiles.at("dev").get("role_arn") == "arn:aws:iam::1:role/a=b");
  CHECK(config.sso_sessions.at("corp").get("sso_region") == "us-east-2");
  CHECK(config.services.at("local").get("s3", "endpoint_url") == "http://localhost:9000");
  CHECK(config.services.at("local").get("sts", "endpoint_url") == "http://h/");
  CHECK_FALSE(config.profiles.contains("bare"));
  CHECK_FALSE(config.profiles.contains("preview"));
}

TEST_CASE("config: the credentials file wins for each setting of a profile") {
  const auto config =
      parse("[default]\nregion = a\naws_access_key_id = C\n[profile p]\nregion = b\n",
            "[default]\naws_access_key_id = K\n[p]\naws_secret_access_key = s\n[only here]\nregion "
            "= c\n");
  CHECK(config.profiles.at("default").get("aws_access_key_id") == "K");
  CHECK(config.profiles.at("default").get("region") == "a");
  CHECK(config.profiles.at("p").get("region") == "b");
  CHECK(config.profiles.at("p").get("aws_secret_access_key") == "s");
  CHECK(config.profiles.at("only here").get("region") == "c");
  CHECK(config.config_profiles.at("default").get("aws_access_key_id") == "C");
  CHECK(config.credential_profiles.at("default").get("aws_access_key_id") == "K");
}

TEST_CASE("config: [profile default] wins over [default], later settings over earlier ones") {
  const auto config = parse(
      "[profile default]\nregion=a\n[default]\nregion=b\noutput=text\n[profile "
      "p]\nx=1\nx=2\n[profile p]\ny=3\n");
  CHECK(config.profiles.at("default").get("region") == "a");
  CHECK(config.profiles.at("default").get("output") == "text");
  CHECK(config.profiles.at("p").get("x") == "2");
  CHECK(config.profiles.at("p").get("y") == "3");
}

TEST_CASE("config: values are taken as written") {
  const auto config = parse(
      "[default]\na = \"quoted\" # no comment\nb = x;y\nc =\nd = one\n   two\n\n   three\ne=5\n");
  const auto& section = config.profiles.at("default");
  CHECK(section.get("a") == "\"quoted\" # no comment");
  CHECK(section.get("b") == "x;y");
  CHECK_FALSE(section.get("c"));
  CHECK(section.get("d") == "one\ntwo\nthree");
  CHECK(section.get("e") == "5");
}

TEST_CASE("config: a byte order mark, blank files and an indented file are fine") {
  CHECK(parse("\xEF\xBB\xBF[default]\nregion=a\n").profiles.at("default").get("region") == "a");
  CHECK(parse("").profiles.empty());
  CHECK(parse("  [default]\n  region = a\n  output = b\n").profiles.at("default").get("output") ==
        "b");
}

TEST_CASE("config: mistakes are named with file and line") {
  const struct {
    const char *config, *credentials, *subject;
  } cases[] = {
      {"region = a\n", "", "config:1"},
      {"[default]\n\nregion\n", "", "config:3"},
      {"[default\nregion = a\n", "", "config:1"},
      {"[]\n", "", "config:1"},
      {"\n[profile \"x]\n", "", "config:2"},
      {"[profile a b]\n", "", "config:1"},
      {"[profile]\n", "", "config:1"},
      {"[default]\n= 3\n", "", "config:2"},
      {"[default]\ns3 =\n  nonsense\n", "", "config:3"},
      {"", "[default]\nx\n", "credentials:2"},
      {"[default]\nx = \xFF\n", "", "config"},
  };
  for (const auto& [config, credentials, subject] : cases) {
    CAPTURE(config);
    const auto error = failure_of([&] { parse(config, credentials); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::config);
    CHECK(error->subject() == subject);
  }
}

TEST_CASE("settings: the profile comes from the caller, AWS_DEFAULT_PROFILE, AWS_PROFILE") {
  const std::string config =
      "[default]\nregion=d\n[profile a]\nregion=ra\n[profile b]\nregion=rb\n[profile "
      "c]\nregion=rc\n";
  CHECK(settings_of(config).region == "d");
  CHECK(settings_of(config, {{"AWS_PROFILE", "a"}}).region == "ra");
  CHECK(settings_of(config, {{"AWS_PROFILE", "a"}, {"AWS_DEFAULT_PROFILE", "b"}}).region == "rb");
  const auto chosen =
      settings_of(config, {{"AWS_PROFILE", "a"}}, {.profile = "c", .region = "", .ca_bundle = ""});
  CHECK(chosen.region == "rc");
  CHECK(chosen.profile_by_caller);
  CHECK_FALSE(settings_of(config).profile_by_caller);
  const auto error = failure_of([&] { settings_of(config, {{"AWS_PROFILE", "missing"}}); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::config);
  CHECK(error->subject() == "missing");
  CHECK(settings_of("", {{"AWS_PROFILE", "default"}}).region == "");
}

TEST_CASE("settings: region by override, AWS_REGION, AWS_DEFAULT_REGION, profile") {
  const std::string config = "[default]\nregion=file\n";
  CHECK(settings_of(config, {{"AWS_DEFAULT_REGION", "two"}}).region == "two");
  CHECK(settings_of(config, {{"AWS_DEFAULT_REGION", "two"}, {"AWS_REGION", "one"}}).region ==
        "one");
  CHECK(settings_of(config, {{"AWS_REGION", "one"}},
                    {.profile = "", .region = "flag", .ca_bundle = ""})
            .region == "flag");
  CHECK(settings_of(config, {{"AWS_REGION", ""}}).region == "file");
}

TEST_CASE("settings: everything else, from the profile and from the environment") {
  const std::string config =
      "[default]\nca_bundle=/"
      "f.pem\nretry_mode=adaptive\nmax_attempts=7\nrequest_checksum_calculation=when_required\n"
      "response_checksum_validation=WHEN_REQUIRED\nuse_fips_endpoint=true\nuse_dualstack_endpoint="
      "True\ns3 =\n"
      "  addressing_style = path\n  payload_signing_enabled = true\n";
  const auto file = settings_of(config);
  CHECK(file.ca_bundle == "/f.pem");
  CHECK(file.retry.adaptive);
  CHECK(file.retry.max_attempts == 7);
  CHECK(file.request_checksums == ChecksumMode::when_required);
  CHECK(file.response_checksums == ChecksumMode::when_required);
  CHECK(file.fips);
  CHECK(file.dualstack);
  CHECK(file.s3_addressing == AddressingStyle::path);
  CHECK(file.s3_payload_signing == true);
  const auto both = settings_of(config, {{"AWS_CA_BUNDLE", "/e.pem"},
                                         {"AWS_RETRY_MODE", "standard"},
                                         {"AWS_MAX_ATTEMPTS", "1"},
                                         {"AWS_REQUEST_CHECKSUM_CALCULATION", "when_supported"},
                                         {"AWS_RESPONSE_CHECKSUM_VALIDATION", "when_supported"},
                                         {"AWS_USE_FIPS_ENDPOINT", "false"},
                                         {"AWS_USE_DUALSTACK_ENDPOINT", "false"}});
  CHECK(both.ca_bundle == "/e.pem");
  CHECK_FALSE(both.retry.adaptive);
  CHECK(both.retry.max_attempts == 1);
  CHECK(both.request_checksums == ChecksumMode::when_supported);
  CHECK(both.response_checksums == ChecksumMode::when_supported);
  CHECK_FALSE(both.fips);
  CHECK_FALSE(both.dualstack);
  const auto none = settings_of("");
  CHECK(none.retry.max_attempts == 3);
  CHECK(none.s3_addressing == AddressingStyle::automatic);
  CHECK_FALSE(none.s3_payload_signing);
  CHECK(settings_of("", {{"AWS_RETRY_MODE", "legacy"}}).retry.max_attempts == 5);
}

TEST_CASE("settings: values that cannot be are configuration errors that name their place") {
  const struct {
    const char *variable, *value;
  } variables[] = {
      {"AWS_RETRY_MODE", "fast"},       {"AWS_MAX_ATTEMPTS", "0"},
      {"AWS_MAX_ATTEMPTS", "three"},    {"AWS_MAX_ATTEMPTS", "-1"},
      {"AWS_MAX_ATTEMPTS", "3 "},       {"AWS_REQUEST_CHECKSUM_CALCULATION", "always"},
      {"AWS_USE_FIPS_ENDPOINT", "yes"},
  };
  for (const auto& [variable, value] : variables) {
    CAPTURE(variable);
    const auto error = failure_of([&] { settings_of("", {{variable, value}}); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::config);
    CHECK(error->subject() == variable);
  }
  const auto error = failure_of([] { settings_of("[default]\ns3=\n  addressing_style=best\n"); });
  REQUIRE(error);
  CHECK(error->subject() == "profile default, s3.addressing_style");
}

TEST_CASE("settings: the endpoint URL of a service, in order of precedence") {
  const std::string config =
      "[default]\nendpoint_url = http://profile\nservices = local\n[services local]\ns3 =\n  "
      "endpoint_url = http://services\n";
  const auto host = [&](std::string_view service,
                        std::map<std::string, std::string, std::less<>> environment) {
    const auto url = configured_endpoint(settings_of(config, std::move(environment)), service);
    return url ? url->endpoint.host : std::string();
  };
  CHECK(host("s3", {{"AWS_ENDPOINT_URL_S3", "http://own"}, {"AWS_ENDPOINT_URL", "http://all"}}) ==
        "own");
  CHECK(host("s3", {{"AWS_ENDPOINT_URL", "http://all"}}) == "all");
  CHECK(host("s3", {}) == "services");
  CHECK(host("glue", {}) == "profile");
  CHECK(host("secrets_manager", {{"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://sm"}}) == "sm");
  CHECK(host("s3", {{"AWS_ENDPOINT_URL_S3", "http://own"},
                    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}) == "");
  const auto bad_url = failure_of([&] { host("s3", {{"AWS_ENDPOINT_URL_S3", "ftp://x"}}); });
  REQUIRE(bad_url);
  CHECK(bad_url->code() == ErrorCode::config);
  CHECK(bad_url->subject() == "AWS_ENDPOINT_URL_S3");
  CHECK(failure_of([] { configured_endpoint(settings_of("[default]\nservices=gone\n"), "s3"); }));
  CHECK_FALSE(configured_endpoint(settings_of(""), "s3"));
}

TEST_CASE("settings: read from the files that the environment names") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("sluice-config-" + SeededRandom().hex_id());
  std::filesystem::create_directories(folder / ".aws");
  std::ofstream(folder / ".aws" / "config") << "[default]\nregion=home\n";
  std::ofstream(folder / "other") << "[default]\nregion=named\n";
  const auto region_with = [&](std::map<std::string, std::string, std::less<>> variables) {
    std::string region;
    test::run([&](Runtime& runtime) -> Task<> {
      return [](Runtime& world, Environment environment, std::string* out) -> Task<> {
        const auto settings = co_await load_aws_settings(world, std::move(environment), {});
        *out = settings.region;
      }(runtime, Environment(std::move(variables)), &region);
    });
    return region;
  };
  CHECK(region_with({{"HOME", folder.string()}}) == "home");
  CHECK(region_with({{"HOME", folder.string()}, {"AWS_CONFIG_FILE", "~/other"}}) == "named");
  CHECK(region_with(
            {{"HOME", folder.string()}, {"AWS_CONFIG_FILE", (folder / "missing").string()}}) == "");
  CHECK(region_with({}) == "");
  CHECK_THROWS_AS(region_with({{"AWS_CONFIG_FILE", folder.string()}}), Error);
  std::filesystem::remove_all(folder);
}

TEST_CASE("words: quotes and backslashes as a shell has them") {
  using Words = std::vector<std::string>;
  const struct {
    const char* text;
    std::optional<Words> words;
  } cases[] = {
      {"a b  c", Words{"a", "b", "c"}},
      {"  ", Words{}},
      {"'a b' \"c d\"", Words{"a b", "c d"}},
      {"a'b c'd", Words{"ab cd"}},
      {"\"\" x ''", Words{"", "x", ""}},
      {R"(a\ b "q\"q" 'n\n' "k\k" "\\")", Words{"a b", "q\"q", "n\\n", "k\\k", "\\"}},
      {"$HOME *.txt a;b", Words{"$HOME", "*.txt", "a;b"}},
      {"'open", std::nullopt},
      {"\"open", std::nullopt},
      {"end\\", std::nullopt},
  };
  for (const auto& [text, words] : cases) {
    CAPTURE(text);
    CHECK((split_words(text) == words));
  }
}
