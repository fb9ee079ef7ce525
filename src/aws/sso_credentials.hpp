#pragma once

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// A profile's way through IAM Identity Center.
struct SsoProfile {
  std::string profile, account_id, role_name, region, start_url;
  std::string
      session;  ///< Empty: the older form without [sso-session], whose tokens cannot be refreshed.
};

/// Pure. nullopt: the profile does not use SSO. Throws Error{config} for half a configuration.
std::optional<SsoProfile> sso_profile(const AwsConfig& config, const std::string& profile,
                                      const ConfigSection& section);

/// Takes the cached token (refreshed if it ends soon, and written back) to the portal. Throws
/// Error{unauthenticated} that says to run `aws sso login` if the token is not there, has ended or
/// is refused.
Task<Credentials> fetch_sso_credentials(SourceWorld world, OpContext context, SsoProfile sso);

}  // namespace sluice::aws
