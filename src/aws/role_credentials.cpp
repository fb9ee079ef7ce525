#include "aws/role_credentials.hpp"

#include <utility>

#include "aws/container_credentials.hpp"
#include "aws/instance_metadata.hpp"
#include "aws/process_credentials.hpp"

namespace sluice::aws {
namespace {

Task<Credentials> given(Credentials credentials) {
  co_return credentials;
}

Credentials from_environment(const SourceWorld& world) {
  auto credentials = environment_credentials(world.settings.environment);
  if (!credentials)
    throw no_credentials("credential_source Environment", "AWS_ACCESS_KEY_ID is not set");
  return std::move(*credentials);
}

Task<Credentials> from_container(SourceWorld world, OpContext context) {
  auto url = container_url(world.settings.environment);
  if (!url)
    throw no_credentials("credential_source EcsContainer",
                         "no AWS_CONTAINER_CREDENTIALS_… variable is set");
  Credentials credentials =
      co_await fetch_container_credentials(world, std::move(context), std::move(*url));
  co_return credentials;
}

Task<Credentials> from_instance(SourceWorld world, OpContext context) {
  auto settings = metadata_settings(world.settings);
  if (!settings)
    throw no_credentials("credential_source Ec2InstanceMetadata",
                         "AWS_EC2_METADATA_DISABLED is set");
  auto credentials =
      co_await fetch_instance_credentials(world, std::move(context), std::move(*settings));
  if (!credentials)
    throw no_credentials("credential_source Ec2InstanceMetadata",
                         "the service gives no credentials");
  co_return std::move(*credentials);
}

Task<Credentials> from_place(SourceWorld world, OpContext context, CredentialPlace place) {
  switch (place) {
    case CredentialPlace::environment:
      return given(from_environment(world));
    case CredentialPlace::instance:
      return from_instance(world, std::move(context));
    case CredentialPlace::container:
      return from_container(world, std::move(context));
  }
  throw Error(ErrorCode::internal, "get credentials", "", "no such place");
}

struct Begin {
  SourceWorld world;
  OpContext context;

  Task<Credentials> operator()(Credentials keys) const { return given(std::move(keys)); }
  Task<Credentials> operator()(WebIdentity identity) const {
    return assume_role_with_web_identity(world, context, std::move(identity.role),
                                         std::move(identity.token_file));
  }
  Task<Credentials> operator()(SsoProfile sso) const {
    return fetch_sso_credentials(world, context, std::move(sso));
  }
  Task<Credentials> operator()(LoginProfile login) const {
    return fetch_login_credentials(world, context, std::move(login));
  }
  Task<Credentials> operator()(ProcessCommand process) const {
    return fetch_process_credentials(world, context, std::move(process.command),
                                     "credential_process of profile " + process.profile);
  }
  Task<Credentials> operator()(CredentialPlace place) const {
    return from_place(world, context, place);
  }
};

Task<std::string> mfa_code(const RoleRequest& role, const MfaPrompt& mfa) {
  if (!mfa) {
    throw bad_source("role " + role.role_arn,
                     "it wants a code of the MFA device " + role.mfa_serial +
                         ", and there is nobody to ask; use credentials that have passed MFA");
  }
  std::string code = co_await mfa(role.mfa_serial);
  co_return code;
}

}  // namespace

Task<Credentials> fetch_role_credentials(SourceWorld world, OpContext context, RolePlan plan,
                                         const MfaPrompt& mfa) {
  const Begin begin{world, context};
  Credentials credentials = co_await std::visit(begin, std::move(plan.base));
  for (RoleRequest& role : plan.roles) {
    if (!role.mfa_serial.empty()) role.mfa_code = co_await mfa_code(role, mfa);
    credentials = co_await assume_role(world, context, std::move(role), std::move(credentials));
  }
  co_return credentials;
}

}  // namespace sluice::aws
