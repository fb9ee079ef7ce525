#pragma once

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// A profile that `aws login` signed in.
struct LoginProfile {
  std::string profile, session;
};

/// Pure. nullopt: the profile has no login_session.
std::optional<LoginProfile> login_profile(const std::string& profile, const ConfigSection& section);

/// The cached credentials (~/.aws/login/cache, or AWS_LOGIN_CACHE_DIRECTORY), refreshed in their
/// last five minutes and written back. Throws Error{unauthenticated} that says to run `aws login`
/// if there are none or the session has ended, Error{permission_denied} without the permission
/// signin:CreateOAuth2Token, and what else the service says.
Task<Credentials> fetch_login_credentials(SourceWorld world, OpContext context, LoginProfile login);

}  // namespace sluice::aws
