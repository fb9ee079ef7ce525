#include "aws/sso_credentials.hpp"

#include <utility>

#include "aws/credential_answers.hpp"
#include "aws/credential_exchange.hpp"
#include "aws/sso_token.hpp"
#include "aws/text_file.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/retry.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::aws {
namespace {

constexpr Duration refresh_window = std::chrono::minutes(15);

std::string source_of(const SsoProfile& sso) {
  return "SSO, profile " + sso.profile;
}

Error login_needed(const SsoProfile& sso, std::string_view reason) {
  std::string message(reason);
  message.append(": run `aws sso login --profile ").append(sso.profile).append("`");
  return no_credentials(source_of(sso), std::move(message));
}

EndpointOptions options_for(const SourceWorld& world, const SsoProfile& sso,
                            std::string_view service_id) {
  EndpointOptions options = endpoint_options(world.settings, service_id);
  options.region = sso.region;
  return options;
}

Task<std::string> ask_once(SourceWorld world, OpContext context, const net::HttpRequest& request,
                           const SsoProfile& sso) {
  Answer answer = co_await exchange(world.http, std::move(context), request);
  if (answer.status == 401) throw login_needed(sso, "the session has ended");
  co_return body_of(std::move(answer), ErrorFormat::json, "ask SSO", source_of(sso));
}

Task<std::string> ask(SourceWorld world, OpContext context, const net::HttpRequest& request,
                      const SsoProfile& sso) {
  Retrier retrier(world.runtime, world.settings.retry);
  const auto attempt = [&] { return ask_once(world, context, request, sso); };
  std::string body = co_await retrier.run(context, Safety::idempotent, attempt);
  co_return body;
}

Task<SsoToken> refreshed(SourceWorld world, OpContext context, SsoToken token,
                         const SsoProfile& sso, std::string path) {
  const ServiceEndpoint where = service_endpoint("oidc", options_for(world, sso, "sso_oidc"));
  const std::string body = sso_refresh_body(token);
  net::HttpRequest request;
  request.endpoint = where.endpoint;
  request.method = "POST";
  request.target = where.path_prefix + "/token";
  request.headers.add("Content-Type", "application/json");
  request.body = as_bytes(body);
  // A refresh token may be good for one use only, so there is no second try.
  const std::string answer = co_await ask_once(world, std::move(context), request, sso);
  SsoToken next =
      apply_sso_refresh(std::move(token), answer, world.runtime.clock().now(), source_of(sso));
  std::string text = format_sso_token(next);
  co_await write_private_file(world.runtime, std::move(path), std::move(text));
  co_return next;
}

Task<SsoToken> current_token(SourceWorld world, OpContext context, const SsoProfile& sso) {
  const std::string& key = sso.session.empty() ? sso.start_url : sso.session;
  const std::string path =
      expand_home(world.settings.environment, "~/.aws/sso/cache/" + sso_cache_file_name(key));
  const auto text = co_await read_text_file(world.runtime, path);
  if (!text) throw login_needed(sso, "there is no session");
  SsoToken token = parse_sso_token(*text, path);
  const TimePoint now = world.runtime.clock().now();
  const bool refresh =
      !sso.session.empty() && token.expires <= now + refresh_window && can_refresh(token, now);
  std::exception_ptr thrown;
  if (refresh) {
    try {
      SsoToken next = co_await refreshed(world, std::move(context), token, sso, path);
      co_return next;
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  if (thrown && error_from(thrown).code() == ErrorCode::cancelled) std::rethrow_exception(thrown);
  if (thrown)
    world.runtime.log().warn("SSO token was not refreshed", {{"error", error_from(thrown).what()}});
  if (token.expires <= now) throw login_needed(sso, "the session has ended");
  co_return token;
}

void require(const std::string& value, const SsoProfile& sso, std::string_view name) {
  if (value.empty()) throw bad_source(source_of(sso), std::string(name) + " is missing");
}

}  // namespace

std::optional<SsoProfile> sso_profile(const AwsConfig& config, const std::string& profile,
                                      const ConfigSection& section) {
  SsoProfile sso{.profile = profile,
                 .account_id = section.get("sso_account_id").value_or(""),
                 .role_name = section.get("sso_role_name").value_or(""),
                 .region = section.get("sso_region").value_or(""),
                 .start_url = section.get("sso_start_url").value_or(""),
                 .session = section.get("sso_session").value_or("")};
  if (sso.account_id.empty() && sso.role_name.empty()) return std::nullopt;
  if (!sso.session.empty()) {
    const auto found = config.sso_sessions.find(sso.session);
    if (found == config.sso_sessions.end()) {
      throw bad_source(source_of(sso), "there is no section [sso-session " + sso.session + "]");
    }
    sso.region = found->second.get("sso_region").value_or("");
    sso.start_url = found->second.get("sso_start_url").value_or("");
  }
  require(sso.account_id, sso, "sso_account_id");
  require(sso.role_name, sso, "sso_role_name");
  require(sso.region, sso, "sso_region");
  require(sso.start_url, sso, "sso_start_url");
  return sso;
}

Task<Credentials> fetch_sso_credentials(SourceWorld world, OpContext context, SsoProfile sso) {
  const SsoToken token = co_await current_token(world, context, sso);
  const ServiceEndpoint where = service_endpoint("portal.sso", options_for(world, sso, "sso"));
  net::HttpRequest request;
  request.endpoint = where.endpoint;
  request.target = where.path_prefix + "/federation/credentials?role_name=";
  codec::append_percent_encoded(request.target, sso.role_name, codec::Slash::encode);
  request.target += "&account_id=";
  codec::append_percent_encoded(request.target, sso.account_id, codec::Slash::encode);
  request.headers.add("x-amz-sso_bearer_token", token.access_token.reveal());
  const std::string answer = co_await ask(world, std::move(context), request, sso);
  Credentials credentials = parse_sso_answer(answer, source_of(sso));
  credentials.account_id = sso.account_id;
  co_return credentials;
}

}  // namespace sluice::aws
