#include "aws/container_credentials.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aws/credential_answers.hpp"
#include "aws/credential_exchange.hpp"
#include "aws/text_file.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::aws {
namespace {

using std::chrono::seconds;

constexpr int attempts = 3;
constexpr Duration pause = seconds(1);
constexpr Duration patience = seconds(2);
constexpr char source[] = "container";

// Loopback, and the link-local addresses of ECS and EKS (IPv4 and IPv6).
bool may_be_plain(std::string_view host) {
  static constexpr std::array<std::string_view, 5> hosts = {"localhost", "::1", "169.254.170.2",
                                                            "169.254.170.23", "fd00:ec2::23"};
  const bool loopback =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
  return loopback || std::ranges::find(hosts, host) != hosts.end();
}

Task<std::string> authorization(SourceWorld world) {
  const Environment& environment = world.settings.environment;
  std::string token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto path = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    auto content = co_await read_text_file(world.runtime, *path);
    if (!content) throw bad_source(source, "there is no token file " + *path);
    token = std::move(*content);
  }
  if (token.find_first_of("\r\n") != token.npos)
    throw bad_source(source, "the authorization token has a line break");
  co_return token;
}

Task<Credentials> ask_once(SourceWorld world, OpContext context, const net::Url& url) {
  const std::string token = co_await authorization(world);
  net::HttpRequest request;
  request.endpoint = url.endpoint;
  request.target = url.target;
  request.bypass_proxy = true;
  request.headers.add("Accept", "application/json");
  if (!token.empty()) request.headers.add("Authorization", token);
  const OpContext limited = context.shortened_to(world.runtime.clock().steady() + patience);
  Answer answer = co_await exchange(world.http, limited, request);
  const std::string body = body_of(std::move(answer), ErrorFormat::json, "get credentials", source);
  co_return parse_container_answer(body, source);
}

bool is_final(const Error& error) {
  return error.code() == ErrorCode::cancelled || error.code() == ErrorCode::config ||
         error.code() == ErrorCode::permission_denied;
}

}  // namespace

std::optional<net::Url> container_url(const Environment& environment) {
  if (const auto relative = environment.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
    if (relative->front() != '/')
      throw bad_source(source, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with '/'");
    return net::Url{.endpoint = {.tls = false, .host = "169.254.170.2", .port = 80},
                    .target = *relative};
  }
  const auto full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!full) return std::nullopt;
  net::Url url;
  try {
    url = net::parse_url(*full);
  } catch (const Error& error) {
    throw bad_source(source, "AWS_CONTAINER_CREDENTIALS_FULL_URI: " + error.message());
  }
  if (!url.endpoint.tls && !may_be_plain(url.endpoint.host)) {
    throw bad_source(source,
                     "plain http is allowed for loopback and the container services only, not " +
                         url.endpoint.host);
  }
  return url;
}

Task<Credentials> fetch_container_credentials(SourceWorld world, OpContext context, net::Url url) {
  for (int attempt = 1;; ++attempt) {
    std::exception_ptr thrown;
    try {
      Credentials credentials = co_await ask_once(world, context, url);
      co_return credentials;
    } catch (...) {
      thrown = std::current_exception();
    }
    if (attempt == attempts || is_final(error_from(thrown))) std::rethrow_exception(thrown);
    co_await sleep_for(pause);
  }
}

}  // namespace sluice::aws
