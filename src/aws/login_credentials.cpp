#include "aws/login_credentials.hpp"

#include <utility>

#include "aws/credential_exchange.hpp"
#include "aws/login_proof.hpp"
#include "aws/login_token.hpp"
#include "aws/text_file.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::aws {
namespace {

// Of a token that lives for 15 minutes; the other tools use the same.
constexpr Duration refresh_window = std::chrono::minutes(5);

std::string source_of(const LoginProfile& login) {
  return "login session, profile " + login.profile;
}

Error login_needed(const LoginProfile& login, std::string_view reason) {
  std::string message(reason);
  message.append(": run `aws login --profile ").append(login.profile).append("`");
  return no_credentials(source_of(login), std::move(message));
}

std::string cache_path(const Environment& environment, const LoginProfile& login) {
  std::string folder = environment.get("AWS_LOGIN_CACHE_DIRECTORY").value_or("~/.aws/login/cache");
  return expand_home(environment, std::move(folder) + "/" + login_cache_file_name(login.session));
}

Task<LoginToken> load_token(SourceWorld world, const LoginProfile& login, const std::string& path) {
  const auto text = co_await read_text_file(world.runtime, path);
  if (!text) throw login_needed(login, "there is no session");
  co_return parse_login_token(*text, path, source_of(login));
}

std::string accepted(Answer answer, const LoginProfile& login) {
  const std::string refusal = answer.status == 200 ? "" : login_refusal(answer.body);
  if (refusal == "TOKEN_EXPIRED") throw login_needed(login, "the session has ended");
  if (refusal == "USER_CREDENTIALS_CHANGED")
    throw login_needed(login, "the user's credentials have changed");
  if (refusal == "INSUFFICIENT_PERMISSIONS") {
    throw Error(ErrorCode::permission_denied, "refresh login session", source_of(login),
                "the permission signin:CreateOAuth2Token is missing");
  }
  return body_of(std::move(answer), ErrorFormat::json, "refresh login session", source_of(login));
}

// The refresh token is good for one use only, so there is no second try.
Task<std::string> ask(SourceWorld world, OpContext context, const LoginToken& token,
                      const LoginProfile& login) {
  EndpointOptions options = endpoint_options(world.settings, "signin");
  if (!token.region.empty()) options.region = token.region;
  const ServiceEndpoint where = login_endpoint(options);
  const codec::Es256Key key(token.dpop_key.reveal(), source_of(login));
  const std::string body = login_refresh_body(token);
  net::HttpRequest request;
  request.endpoint = where.endpoint;
  request.method = "POST";
  request.target = where.path_prefix + "/v1/token";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("DPoP",
                      login_proof(key, request.endpoint.origin() + request.target,
                                  world.runtime.clock().now(), world.runtime.random().uuid()));
  request.body = as_bytes(body);
  Answer answer = co_await exchange(world.http, std::move(context), request);
  co_return accepted(std::move(answer), login);
}

Task<> keep(SourceWorld world, const LoginToken& token, const std::string& path) {
  std::string text = format_login_token(token);
  std::exception_ptr thrown;
  try {
    co_await write_private_file(world.runtime, path, std::move(text));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  // The credentials are good all the same, but the refresh token in the file is used up.
  world.runtime.log().warn("The login session was refreshed but cannot be kept; it ends early",
                           {{"error", error_from(thrown).what()}});
}

Task<Credentials> refreshed(SourceWorld world, OpContext context, LoginToken token,
                            const LoginProfile& login, const std::string& path) {
  const std::string answer = co_await ask(world, std::move(context), token, login);
  LoginToken next =
      apply_login_refresh(std::move(token), answer, world.runtime.clock().now(), source_of(login));
  co_await keep(world, next, path);
  co_return std::move(next.keys);
}

}  // namespace

std::optional<LoginProfile> login_profile(const std::string& profile,
                                          const ConfigSection& section) {
  auto session = section.get("login_session");
  if (!session) return std::nullopt;
  return LoginProfile{.profile = profile, .session = std::move(*session)};
}

Task<Credentials> fetch_login_credentials(SourceWorld world, OpContext context,
                                          LoginProfile login) {
  const std::string path = cache_path(world.settings.environment, login);
  LoginToken token = co_await load_token(world, login, path);
  const TimePoint now = world.runtime.clock().now();
  if (*token.keys.expires > now + refresh_window) co_return std::move(token.keys);
  std::exception_ptr thrown;
  try {
    Credentials keys = co_await refreshed(world, std::move(context), token, login, path);
    co_return keys;
  } catch (...) {
    thrown = std::current_exception();
  }
  if (error_from(thrown).code() == ErrorCode::cancelled) std::rethrow_exception(thrown);
  // Another program may have used the refresh token in the meantime, and written what it got.
  LoginToken again = co_await load_token(world, login, path);
  if (*again.keys.expires <= now) std::rethrow_exception(thrown);
  const bool newer = *again.keys.expires > *token.keys.expires;
  if (!newer)
    world.runtime.log().warn("The login session was not refreshed",
                             {{"error", error_from(thrown).what()}});
  co_return std::move(again.keys);
}

}  // namespace sluice::aws
