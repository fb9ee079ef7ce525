#pragma once

#include "aws/role_plan.hpp"
#include "sluice/aws/credentials_chain.hpp"

namespace sluice::aws {

/// Carries out a plan. `mfa` outlives the call.
Task<Credentials> fetch_role_credentials(SourceWorld world, OpContext context, RolePlan plan,
                                         const MfaPrompt& mfa);

}  // namespace sluice::aws
