#include "aws/sts_credentials.hpp"

#include <utility>

#include "aws/credential_answers.hpp"
#include "aws/credential_exchange.hpp"
#include "aws/text_file.hpp"
#include "aws/words.hpp"
#include "sluice/async/retry.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/aws/signing.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::aws {
namespace {

// Any region's STS gives the same credentials, so one that is not set is no obstacle.
constexpr std::string_view fallback_region = "us-east-1";

void append_field(std::string& form, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!form.empty()) form += '&';
  form.append(name).append("=");
  codec::append_percent_encoded(form, value, codec::Slash::encode);
}

std::string role_form(std::string_view action, const RoleRequest& role) {
  std::string form;
  append_field(form, "Action", action);
  append_field(form, "Version", "2011-06-15");
  append_field(form, "RoleArn", role.role_arn);
  append_field(form, "RoleSessionName", role.session_name);
  if (role.duration.count() > 0)
    append_field(form, "DurationSeconds", std::to_string(role.duration.count()));
  return form;
}

EndpointOptions sts_options(const AwsSettings& settings) {
  EndpointOptions options = endpoint_options(settings, "sts");
  if (options.region.empty()) options.region = fallback_region;
  return options;
}

void name_session(SourceWorld world, RoleRequest& role) {
  if (!role.session_name.empty()) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(world.runtime.clock().now());
  role.session_name = "sluice-" + std::to_string(now.time_since_epoch().count());
}

// One call; what is kept between attempts is given by the caller, who waits.
struct Call {
  SourceWorld world;
  OpContext context;
  net::HttpRequest request;
  std::string form;
  Credentials credentials;  // anonymous: not signed
  std::string region, operation, subject;
  ClockOffset clock{};
};

// Signed anew for each attempt: time passes, and the peer's clock may turn out to be another.
void sign(Call& call) {
  Signer signer;
  const std::string payload_hash = codec::to_hex(codec::sha256(as_bytes(call.form)));
  const TimePoint now = call.clock.apply(call.world.runtime.clock().now());
  signer.sign(call.request, call.credentials, {call.region, "sts", PathStyle::normalized}, now,
              payload_hash);
}

Task<std::string> attempt(Call& call) {
  sign(call);
  Answer answer = co_await exchange(call.world.http, call.context, call.request);
  if (answer.status != 200) {
    const ServiceError refusal =
        parse_service_error(ErrorFormat::xml, answer.status, answer.headers, answer.body);
    Error error = to_error(refusal, call.operation, call.subject);
    if (call.clock.adopt(refusal, call.world.runtime.clock().now())) error.with_retryable(true);
    throw error;
  }
  co_return std::move(answer.body);
}

Task<std::string> ask(SourceWorld world, OpContext context, std::string form,
                      Credentials credentials, std::string operation, std::string subject) {
  const EndpointOptions options = sts_options(world.settings);
  const ServiceEndpoint where = service_endpoint("sts", options);
  Call call{.world = world,
            .context = context,
            .request = {},
            .form = std::move(form),
            .credentials = std::move(credentials),
            .region = options.region,
            .operation = std::move(operation),
            .subject = std::move(subject)};
  call.request.endpoint = where.endpoint;
  call.request.method = "POST";
  call.request.target = where.path_prefix + "/";
  call.request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  call.request.body = as_bytes(call.form);
  Retrier retrier(world.runtime, world.settings.retry);
  std::string body = co_await retrier.run(std::move(context), Safety::idempotent,
                                          [&call] { return attempt(call); });
  co_return body;
}

}  // namespace

std::string assume_role_form(const RoleRequest& role) {
  std::string form = role_form("AssumeRole", role);
  append_field(form, "ExternalId", role.external_id);
  append_field(form, "SerialNumber", role.mfa_serial);
  append_field(form, "TokenCode", role.mfa_code);
  return form;
}

std::string web_identity_form(const RoleRequest& role, std::string_view token) {
  std::string form = role_form("AssumeRoleWithWebIdentity", role);
  append_field(form, "WebIdentityToken", token);
  return form;
}

Task<Credentials> assume_role(SourceWorld world, OpContext context, RoleRequest role,
                              Credentials with) {
  name_session(world, role);
  std::string form = assume_role_form(role);
  const std::string answer = co_await ask(world, std::move(context), std::move(form),
                                          std::move(with), "assume role", role.role_arn);
  co_return parse_sts_answer(answer, "role " + role.role_arn);
}

Task<Credentials> assume_role_with_web_identity(SourceWorld world, OpContext context,
                                                RoleRequest role, std::string token_file) {
  const std::string source = "web identity, role " + role.role_arn;
  const auto token = co_await read_text_file(world.runtime, token_file);
  if (!token) throw bad_source(source, "there is no token file " + token_file);
  name_session(world, role);
  std::string form = web_identity_form(role, trimmed(*token));
  Credentials anonymous;
  const std::string answer =
      co_await ask(world, std::move(context), std::move(form), std::move(anonymous),
                   "assume role with web identity", role.role_arn);
  co_return parse_sts_answer(answer, source);
}

}  // namespace sluice::aws
