#include "aws/role_plan.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::aws {
namespace {

std::string source_of(const std::string& profile) {
  return "profile " + profile;
}

std::chrono::seconds duration_of(const ConfigSection& section, const std::string& profile) {
  constexpr long shortest = 900, longest = 43200;  // AssumeRole, DurationSeconds
  const auto text = section.get("duration_seconds");
  if (!text) return std::chrono::seconds(0);
  long number = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = failure == std::errc() && rest == text->data() + text->size();
  if (!whole || number < shortest || number > longest) {
    throw bad_source(source_of(profile), "duration_seconds is no number from 900 to 43200");
  }
  return std::chrono::seconds(number);
}

RoleRequest role_of(const ConfigSection& section, const std::string& profile) {
  return {.role_arn = section.get("role_arn").value_or(""),
          .session_name = section.get("role_session_name").value_or(""),
          .external_id = section.get("external_id").value_or(""),
          .mfa_serial = section.get("mfa_serial").value_or(""),
          .mfa_code = {},
          .duration = duration_of(section, profile)};
}

bool assumes_role(const ConfigSection& section) {
  return section.get("role_arn") && !section.get("web_identity_token_file");
}

CredentialPlace place_of(const std::string& name, const std::string& profile) {
  if (name == "Environment") return CredentialPlace::environment;
  if (name == "Ec2InstanceMetadata") return CredentialPlace::instance;
  if (name == "EcsContainer") return CredentialPlace::container;
  throw bad_source(source_of(profile),
                   "credential_source \"" + name +
                       "\" is none of Environment, Ec2InstanceMetadata, EcsContainer");
}

class Planner {
 public:
  explicit Planner(const AwsConfig& config) : config_(config) {}

  // Walks from the wanted role to what it is assumed with; the first role to assume is the last one
  // found.
  RolePlan plan(std::string profile) {
    RolePlan plan;
    for (;;) {
      const ConfigSection& section = section_of(profile);
      plan.roles.push_back(role_of(section, profile));
      const auto next = section.get("source_profile");
      const auto place = section.get("credential_source");
      if (next.has_value() == place.has_value()) {
        throw bad_source(source_of(profile),
                         "a role needs either source_profile or credential_source");
      }
      if (place) {
        plan.base = place_of(*place, profile);
        break;
      }
      if (auto base = base_at(profile, *next)) {
        plan.base = std::move(*base);
        break;
      }
      visited_.push_back(profile);
      profile = *next;
    }
    std::ranges::reverse(plan.roles);
    return plan;
  }

 private:
  const ConfigSection& section_of(const std::string& profile) const {
    const auto found = config_.profiles.find(profile);
    if (found == config_.profiles.end())
      throw bad_source(source_of(profile), "there is no such profile");
    return found->second;
  }

  // nullopt: the source profile assumes a role in turn. Keys of its own come before its role.
  std::optional<RoleBase> base_at(const std::string& profile, const std::string& next) const {
    const ConfigSection& section = section_of(next);
    if (auto keys = section_credentials(section, source_of(next)))
      return RoleBase(std::move(*keys));
    const bool circle = next == profile || std::ranges::find(visited_, next) != visited_.end();
    if (circle)
      throw bad_source(source_of(profile), "source_profile leads back to profile " + next);
    if (assumes_role(section)) return std::nullopt;
    if (auto identity = web_identity(nullptr, section, next)) return RoleBase(std::move(*identity));
    if (auto sso = sso_profile(config_, next, section)) return RoleBase(std::move(*sso));
    if (auto login = login_profile(next, section)) return RoleBase(std::move(*login));
    if (auto command = section.get("credential_process"))
      return RoleBase(ProcessCommand{std::move(*command), next});
    throw bad_source(source_of(profile), "source profile " + next + " has no credentials");
  }

  const AwsConfig& config_;
  std::vector<std::string> visited_;
};

}  // namespace

std::optional<RolePlan> plan_roles(const AwsConfig& config, const std::string& profile) {
  const auto found = config.profiles.find(profile);
  if (found == config.profiles.end() || !assumes_role(found->second)) return std::nullopt;
  return Planner(config).plan(profile);
}

std::optional<WebIdentity> web_identity(const Environment* environment,
                                        const ConfigSection& section, const std::string& profile) {
  const auto find = [&](std::string_view variable, std::string_view setting) {
    if (environment) {
      if (auto value = environment->get(variable)) return value;
    }
    return section.get(setting);
  };
  auto token_file = find("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (!token_file) return std::nullopt;
  auto role_arn = find("AWS_ROLE_ARN", "role_arn");
  if (!role_arn)
    throw bad_source("web identity",
                     "a token file is named, but no role (AWS_ROLE_ARN or role_arn)");
  WebIdentity identity;
  identity.role.role_arn = std::move(*role_arn);
  identity.role.session_name = find("AWS_ROLE_SESSION_NAME", "role_session_name").value_or("");
  identity.role.duration = duration_of(section, profile);
  identity.token_file = std::move(*token_file);
  return identity;
}

}  // namespace sluice::aws
