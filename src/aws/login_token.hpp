#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/aws/credentials.hpp"
#include "sluice/codec/json.hpp"

namespace sluice::aws {

/// What `aws login` leaves in ~/.aws/login/cache: credentials for a quarter of an hour, and what
/// new ones are asked for with.
struct LoginToken {
  Credentials keys;
  Secret refresh_token;  ///< Good for one use.
  Secret dpop_key;       ///< PEM; proves that the refresh token is ours.
  std::string client_id;
  std::string region;                 ///< Where the user signed in; empty in older files.
  codec::JsonValue::Object document;  ///< The whole file: other programs' members are kept.
};

/// "<64 hex digits>.json"; `session` is the profile's login_session.
std::string login_cache_file_name(std::string_view session);
/// Throws Error{protocol} naming `path`; `source` is what the credentials say of themselves.
LoginToken parse_login_token(std::string_view json, const std::string& path,
                             const std::string& source);
std::string format_login_token(const LoginToken& token);

/// The body of a refresh request (Sign-In, CreateOAuth2Token), and its answer applied to the token
/// it was made for.
std::string login_refresh_body(const LoginToken& token);
LoginToken apply_login_refresh(LoginToken token, std::string_view json, TimePoint now,
                               const std::string& subject);

/// The "error" of a refused refresh ("TOKEN_EXPIRED"); empty if the body is something else.
std::string login_refusal(std::string_view json);

}  // namespace sluice::aws
