#include "aws/instance_metadata.hpp"

#include <charconv>
#include <utility>

#include "aws/credential_exchange.hpp"
#include "aws/words.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::aws {
namespace {

using std::chrono::seconds;

constexpr std::string_view token_path = "/latest/api/token";
constexpr std::string_view token_header = "x-aws-ec2-metadata-token";
constexpr std::string_view token_seconds = "21600";
constexpr char source[] = "instance metadata";

std::optional<std::string> value_of(const AwsSettings& settings, std::string_view variable,
                                    std::string_view setting) {
  if (auto value = settings.environment.get(variable)) return value;
  return settings.section().get(setting);
}

bool is_true(const std::optional<std::string>& value) {
  return value && lower_case(*value) == "true";
}

net::Url base_url(const AwsSettings& settings) {
  const auto url =
      value_of(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  const auto mode = value_of(settings, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                             "ec2_metadata_service_endpoint_mode");
  const std::string name = lower_case(mode.value_or("ipv4"));
  if (name != "ipv4" && name != "ipv6")
    throw bad_source(source, "the endpoint mode is neither ipv4 nor ipv6");
  const char* const usual = name == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  try {
    return net::parse_url(url.value_or(usual));
  } catch (const Error& error) {
    throw bad_source(source, "AWS_EC2_METADATA_SERVICE_ENDPOINT: " + error.message());
  }
}

std::uint32_t number_of(const AwsSettings& settings, std::string_view variable,
                        std::string_view setting) {
  constexpr std::uint32_t most = 3600;
  const auto text = value_of(settings, variable, setting);
  if (!text) return 1;
  std::uint32_t number = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc() || rest != text->data() + text->size() || number == 0 ||
      number > most) {
    throw bad_source(source, std::string(variable) + " is no number from 1 to 3600");
  }
  return number;
}

net::HttpRequest request_to(const MetadataSettings& settings, std::string method,
                            std::string_view path) {
  std::string_view base = settings.base.target;
  while (!base.empty() && base.back() == '/')
    base.remove_suffix(1);
  net::HttpRequest request;
  request.endpoint = settings.base.endpoint;
  request.method = std::move(method);
  request.target = std::string(base).append(path);
  request.bypass_proxy = true;
  return request;
}

// The answer, or none if the service was not reached in time; each attempt has the whole timeout.
Task<std::optional<Answer>> ask(SourceWorld world, OpContext context, MetadataSettings settings,
                                net::HttpRequest request) {
  for (std::uint32_t attempt = 1; attempt <= settings.attempts; ++attempt) {
    const OpContext limited =
        context.shortened_to(world.runtime.clock().steady() + settings.timeout);
    std::exception_ptr thrown;
    try {
      Answer answer = co_await exchange(world.http, limited, request);
      if (answer.status < 500 || attempt == settings.attempts) co_return answer;
    } catch (...) {
      thrown = std::current_exception();
    }
    if (!thrown) continue;
    const Error error = error_from(thrown);
    if (error.code() == ErrorCode::cancelled) throw error;
    world.runtime.log().debug("The instance metadata service did not answer",
                              {{"error", error.what()}});
  }
  co_return std::nullopt;
}

}  // namespace

std::optional<MetadataSettings> metadata_settings(const AwsSettings& settings) {
  if (is_true(settings.environment.get("AWS_EC2_METADATA_DISABLED"))) return std::nullopt;
  const bool v1_off =
      is_true(value_of(settings, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
  return MetadataSettings{
      .base = base_url(settings),
      .timeout =
          seconds(number_of(settings, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout")),
      .attempts =
          number_of(settings, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"),
      .v1_allowed = !v1_off};
}

// Services that know no tokens, or hide them behind a hop limit, are asked without (version 1).
Task<std::optional<MetadataSession>> open_metadata(SourceWorld world, OpContext context,
                                                   MetadataSettings settings) {
  net::HttpRequest request = request_to(settings, "PUT", token_path);
  request.headers.add("x-aws-ec2-metadata-token-ttl-seconds", token_seconds);
  const auto answer = co_await ask(world, std::move(context), settings, std::move(request));
  if (answer && answer->status == 200)
    co_return MetadataSession{std::string(trimmed(answer->body))};
  const bool knows_none =
      !answer || answer->status == 403 || answer->status == 404 || answer->status == 405;
  if (knows_none && settings.v1_allowed) co_return MetadataSession{};
  co_return std::nullopt;
}

Task<std::optional<std::string>> read_metadata(SourceWorld world, OpContext context,
                                               MetadataSettings settings, MetadataSession session,
                                               std::string path) {
  net::HttpRequest request = request_to(settings, "GET", path);
  if (!session.token.empty()) request.headers.add(token_header, session.token);
  auto answer = co_await ask(world, std::move(context), std::move(settings), std::move(request));
  if (!answer || answer->status != 200) co_return std::nullopt;
  co_return std::move(answer->body);
}

}  // namespace sluice::aws
