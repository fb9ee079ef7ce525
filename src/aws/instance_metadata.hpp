#pragma once

#include <cstdint>

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// How the instance metadata service (IMDS) is asked.
struct MetadataSettings {
  net::Url base;
  Duration timeout = std::chrono::seconds(1);  ///< Of each exchange.
  std::uint32_t attempts = 1;
  bool v1_allowed = true;  ///< Without a session token, where the service gives none.
};

/// Pure. nullopt: switched off (AWS_EC2_METADATA_DISABLED). Throws Error{config}.
std::optional<MetadataSettings> metadata_settings(const AwsSettings& settings);

/// What reads are made with.
struct MetadataSession {
  std::string token;  ///< Empty: version 1.
};

/// Asks for a session (IMDSv2), or goes on without one where that is allowed. nullopt: the service
/// is not there or refuses.
Task<std::optional<MetadataSession>> open_metadata(SourceWorld world, OpContext context,
                                                   MetadataSettings settings);
/// The document at `path`; nullopt: the service has none, or is not there. Only cancellation is
/// thrown, by both.
Task<std::optional<std::string>> read_metadata(SourceWorld world, OpContext context,
                                               MetadataSettings settings, MetadataSession session,
                                               std::string path);

/// The credentials of the machine's role; nullopt: no service, no role or no keys.
Task<std::optional<Credentials>> fetch_instance_credentials(SourceWorld world, OpContext context,
                                                            MetadataSettings settings);

/// Credentials that end within 15 minutes are held to live a little longer, for the service may be
/// late with new ones while AWS still accepts the old ("static stability"). `random` is in [0, 1).
/// Pure.
std::optional<TimePoint> extended_expiration(std::optional<TimePoint> expires, TimePoint now,
                                             double random);

}  // namespace sluice::aws
