#pragma once

#include <chrono>
#include <string>

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// One AssumeRole call.
struct RoleRequest {
  std::string role_arn;
  std::string session_name;  ///< Empty: made up.
  std::string external_id, mfa_serial, mfa_code;
  std::chrono::seconds duration{0};  ///< 0: the service's default (an hour).
};

/// Pure: the form that is sent ("Action=AssumeRole&…").
std::string assume_role_form(const RoleRequest& role);
std::string web_identity_form(const RoleRequest& role, std::string_view token);

/// AssumeRole, signed with `with`; retried as AWS's standard mode does.
Task<Credentials> assume_role(SourceWorld world, OpContext context, RoleRequest role,
                              Credentials with);
/// AssumeRoleWithWebIdentity, unsigned. The token file is read anew each time.
Task<Credentials> assume_role_with_web_identity(SourceWorld world, OpContext context,
                                                RoleRequest role, std::string token_file);

}  // namespace sluice::aws
