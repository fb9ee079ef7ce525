#include "aws/role_plan.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::aws;

namespace {

std::optional<RolePlan> plan(std::string config, const std::string& profile = "p") {
  return plan_roles(parse_aws_config({std::move(config), "config"}, {"", ""}), profile);
}

std::optional<ErrorCode> failure_of(std::string config) {
  try {
    plan(std::move(config));
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

const std::string keys = "aws_access_key_id=K\naws_secret_access_key=s\n";

}  // namespace

TEST_CASE("role plan: a role from keys, with all its settings") {
  const auto found = plan(
      "[profile p]\nrole_arn=arn:r\nsource_profile=base\nrole_session_name=me\nexternal_id=x\n"
      "mfa_serial=m\nduration_seconds=900\n[profile base]\n" +
      keys);
  REQUIRE(found);
  REQUIRE(found->roles.size() == 1);
  CHECK(found->roles[0].role_arn == "arn:r");
  CHECK(found->roles[0].session_name == "me");
  CHECK(found->roles[0].external_id == "x");
  CHECK(found->roles[0].mfa_serial == "m");
  CHECK(found->roles[0].duration.count() == 900);
  CHECK(std::get<Credentials>(found->base).access_key_id == "K");
}

TEST_CASE("role plan: chained roles are assumed from the base up") {
  const auto found = plan(
      "[profile p]\nrole_arn=one\nsource_profile=q\n[profile q]\nrole_arn=two\nsource_profile=r\n"
      "[profile r]\nrole_arn=three\ncredential_source=Ec2InstanceMetadata\n");
  REQUIRE(found);
  REQUIRE(found->roles.size() == 3);
  CHECK(found->roles[0].role_arn == "three");
  CHECK(found->roles[2].role_arn == "one");
  CHECK(std::get<CredentialPlace>(found->base) == CredentialPlace::instance);
}

TEST_CASE(
    "role plan: keys of a source profile come before its role; a profile may be its own source if "
    "it has keys") {
  const auto chained = plan(
      "[profile p]\nrole_arn=one\nsource_profile=q\n[profile q]\nrole_arn=two\nsource_profile=p\n" +
      keys);
  REQUIRE(chained);
  CHECK(chained->roles.size() == 1);
  const auto own = plan("[profile p]\nrole_arn=one\nsource_profile=p\n" + keys);
  REQUIRE(own);
  CHECK(std::get<Credentials>(own->base).access_key_id == "K");
}

TEST_CASE("role plan: other kinds of source profiles") {
  const std::string head = "[profile p]\nrole_arn=one\nsource_profile=q\n[profile q]\n";
  CHECK(std::get<ProcessCommand>(plan(head + "credential_process=run me\n")->base).command ==
        "run me");
  CHECK(std::get<WebIdentity>(plan(head + "role_arn=w\nweb_identity_token_file=/t\n")->base)
            .token_file == "/t");
  CHECK(
      std::get<SsoProfile>(
          plan(head +
               "sso_account_id=1\nsso_role_name=r\nsso_region=us-east-1\nsso_start_url=https://x\n")
              ->base)
          .role_name == "r");
  CHECK(std::get<CredentialPlace>(
            plan("[profile p]\nrole_arn=r\ncredential_source=EcsContainer\n")->base) ==
        CredentialPlace::container);
}

TEST_CASE("role plan: profiles without a role of this kind") {
  CHECK_FALSE(plan("[profile p]\n" + keys));
  CHECK_FALSE(plan("[profile p]\nrole_arn=r\nweb_identity_token_file=/t\n"));
  CHECK_FALSE(plan(""));
}

TEST_CASE("role plan: mistakes are configuration errors") {
  const char* const configs[] = {
      "[profile p]\nrole_arn=r\n",
      "[profile p]\nrole_arn=r\nsource_profile=q\ncredential_source=Environment\n[profile "
      "q]\naws_access_key_id=K\naws_secret_access_key=s\n",
      "[profile p]\nrole_arn=r\nsource_profile=missing\n",
      "[profile p]\nrole_arn=r\nsource_profile=p\n",
      "[profile p]\nrole_arn=a\nsource_profile=q\n[profile q]\nrole_arn=b\nsource_profile=p\n",
      "[profile p]\nrole_arn=a\nsource_profile=q\n[profile "
      "q]\nrole_arn=b\nsource_profile=r\n[profile r]\nrole_arn=c\nsource_profile=q\n",
      "[profile p]\nrole_arn=r\nsource_profile=q\n[profile q]\nregion=x\n",
      "[profile p]\nrole_arn=r\ncredential_source=Somewhere\n",
      "[profile p]\nrole_arn=r\nsource_profile=q\n[profile q]\naws_access_key_id=K\n",
      "[profile p]\nrole_arn=r\ncredential_source=Environment\nduration_seconds=60\n",
      "[profile p]\nrole_arn=r\ncredential_source=Environment\nduration_seconds=1h\n",
  };
  for (const char* config : configs) {
    CAPTURE(config);
    CHECK(failure_of(config) == ErrorCode::config);
  }
}

TEST_CASE("role plan: the forms sent to STS are percent-encoded") {
  RoleRequest role{.role_arn = "arn:aws:iam::1:role/a b",
                   .session_name = "s@x",
                   .external_id = "e+&",
                   .mfa_serial = "",
                   .mfa_code = "",
                   .duration = std::chrono::seconds(900)};
  CHECK(assume_role_form(role) ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b&"
        "RoleSessionName=s%40x"
        "&DurationSeconds=900&ExternalId=e%2B%26");
  CHECK(web_identity_form(role, "a.b=") ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%"
        "2Fa%20b"
        "&RoleSessionName=s%40x&DurationSeconds=900&WebIdentityToken=a.b%3D");
}

TEST_CASE("web identity: the environment comes before the profile, a missing role is an error") {
  const auto config =
      parse_aws_config({"[default]\nrole_arn=file\nweb_identity_token_file=/f\n", "c"}, {"", ""});
  const auto& section = config.profiles.at("default");
  const Environment environment({{"AWS_ROLE_ARN", "env"}, {"AWS_WEB_IDENTITY_TOKEN_FILE", "/e"}});
  CHECK(web_identity(&environment, section, "default")->token_file == "/e");
  CHECK(web_identity(&environment, section, "default")->role.role_arn == "env");
  CHECK(web_identity(nullptr, section, "default")->token_file == "/f");
  CHECK_FALSE(web_identity(nullptr, ConfigSection{}, "default"));
  const Environment half({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/e"}});
  CHECK_THROWS_AS(web_identity(&half, ConfigSection{}, "default"), Error);
}
