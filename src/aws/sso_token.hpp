#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/secret.hpp"
#include "sluice/core/time.hpp"

namespace sluice::aws {

/// What `aws sso login` leaves in ~/.aws/sso/cache.
struct SsoToken {
  Secret access_token;
  TimePoint expires;
  // For a refresh; empty in tokens of the older kind.
  Secret refresh_token;
  std::string client_id;
  Secret client_secret;
  std::optional<TimePoint> registration_expires;
  std::string start_url, region;
};

/// "<40 hex digits>.json"; `key` is the session's name, or the start URL of a profile without
/// session.
std::string sso_cache_file_name(std::string_view key);
/// Throws Error{protocol} naming `path`.
SsoToken parse_sso_token(std::string_view json, const std::string& path);
std::string format_sso_token(const SsoToken& token);

/// The body of a refresh request (SSO OIDC CreateToken), and its answer applied to the token it was
/// made for.
std::string sso_refresh_body(const SsoToken& token);
SsoToken apply_sso_refresh(SsoToken token, std::string_view json, TimePoint now,
                           const std::string& subject);
bool can_refresh(const SsoToken& token, TimePoint now);

}  // namespace sluice::aws
