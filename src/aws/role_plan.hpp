#pragma once

#include <variant>
#include <vector>

#include "aws/login_credentials.hpp"
#include "aws/sso_credentials.hpp"
#include "aws/sts_credentials.hpp"

namespace sluice::aws {

/// A token file exchanged for a role's credentials.
struct WebIdentity {
  RoleRequest role;
  std::string token_file;
};

struct ProcessCommand {
  std::string command, profile;
};

/// credential_source of a role.
enum class CredentialPlace : std::uint8_t { environment, instance, container };

/// Where a chain of roles begins.
using RoleBase = std::variant<Credentials, WebIdentity, SsoProfile, LoginProfile, ProcessCommand,
                              CredentialPlace>;

/// How a profile with a role_arn gets its credentials: from `base` through `roles`, in this order.
struct RolePlan {
  RoleBase base;
  std::vector<RoleRequest> roles;
};

/// Pure; no secrets are asked for yet. nullopt: the profile has no role to assume (or its role is
/// for a web identity). Throws Error{config}: a missing source profile, a circle of them, both or
/// neither of source_profile and credential_source, a duration that is no number from 900 to 43200,
/// a source profile without credentials.
std::optional<RolePlan> plan_roles(const AwsConfig& config, const std::string& profile);

/// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, each before the profile's own
/// setting (`environment` is null where the profile alone counts). nullopt: no token file is named.
std::optional<WebIdentity> web_identity(const Environment* environment,
                                        const ConfigSection& section, const std::string& profile);

}  // namespace sluice::aws
