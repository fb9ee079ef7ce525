#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/aws/credentials.hpp"

namespace sluice::aws {

// What sources of credentials answer, as values. Pure. All throw Error{protocol}, naming `source`,
// for what cannot be understood; no text of an answer gets into a message, for it may be a secret.

/// {"Version":1,"AccessKeyId":…}: the output of a credential_process.
Credentials parse_process_answer(std::string_view json, const std::string& source);
/// {"AccessKeyId":…,"Token":…}: the container endpoint's.
Credentials parse_container_answer(std::string_view json, const std::string& source);
/// The same from the instance metadata service; nullopt if it carries no keys
/// ({"Code":"AssumeRoleUnauthorizedAccess", …}).
std::optional<Credentials> parse_instance_answer(std::string_view json, const std::string& source);
/// {"roleCredentials":{"accessKeyId":…,"expiration":milliseconds}}: the SSO portal's.
Credentials parse_sso_answer(std::string_view json, const std::string& source);
/// <AssumeRoleResponse> and <AssumeRoleWithWebIdentityResponse>.
Credentials parse_sts_answer(std::string_view xml, const std::string& source);

}  // namespace sluice::aws
