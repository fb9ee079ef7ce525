#include <utility>

#include "aws/credential_answers.hpp"
#include "aws/instance_metadata.hpp"
#include "aws/words.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::aws {
namespace {

using std::chrono::minutes;

constexpr std::string_view roles_path = "/latest/meta-data/iam/security-credentials/";

std::optional<Credentials> understood(const SourceWorld& world, std::string_view document,
                                      const std::string& role) {
  const std::string source = "instance metadata, role " + role;
  try {
    auto credentials = parse_instance_answer(document, source);
    if (!credentials)
      world.runtime.log().warn("The instance metadata service gives no keys", {{"role", role}});
    return credentials;
  } catch (const Error& error) {
    world.runtime.log().warn("The instance metadata service is not understood",
                             {{"error", error.what()}});
    return std::nullopt;
  }
}

void prolong(const SourceWorld& world, Credentials& credentials) {
  const auto end = extended_expiration(credentials.expires, world.runtime.clock().now(),
                                       world.runtime.random().unit());
  if (end == credentials.expires) return;
  world.runtime.log().warn(
      "Credentials of the machine's role are about to end and no newer ones are offered; used on",
      {{"source", credentials.source}});
  credentials.expires = end;
}

}  // namespace

std::optional<TimePoint> extended_expiration(std::optional<TimePoint> expires, TimePoint now,
                                             double random) {
  if (!expires || *expires - now >= minutes(15)) return expires;
  const Duration jitter = std::chrono::duration_cast<Duration>(minutes(2) + random * minutes(8));
  return now + minutes(15) + jitter;
}

Task<std::optional<Credentials>> fetch_instance_credentials(SourceWorld world, OpContext context,
                                                            MetadataSettings settings) {
  const auto session = co_await open_metadata(world, context, settings);
  if (!session) co_return std::nullopt;
  const auto roles =
      co_await read_metadata(world, context, settings, *session, std::string(roles_path));
  if (!roles) co_return std::nullopt;
  const std::string_view listed = trimmed(*roles);
  const std::string role(listed.substr(0, listed.find('\n')));  // a machine has one
  if (role.empty()) co_return std::nullopt;
  std::string path = std::string(roles_path) + codec::percent_encode(role, codec::Slash::encode);
  const auto document = co_await read_metadata(world, std::move(context), std::move(settings),
                                               *session, std::move(path));
  if (!document) co_return std::nullopt;
  auto credentials = understood(world, *document, role);
  if (credentials) prolong(world, *credentials);
  co_return credentials;
}

}  // namespace sluice::aws
