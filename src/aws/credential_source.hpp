#pragma once

#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

/// What sources of credentials work with. The objects outlive every fetch.
struct SourceWorld {
  Runtime& runtime;
  net::HttpClient& http;
  const AwsSettings& settings;
};

/// A source that is configured but gives nothing.
inline Error no_credentials(std::string source, std::string message) {
  return Error(ErrorCode::unauthenticated, "get credentials", std::move(source),
               std::move(message));
}
/// A source whose settings make no sense.
inline Error bad_source(std::string source, std::string message) {
  return Error(ErrorCode::config, "get credentials", std::move(source), std::move(message));
}

// Sources that need no I/O. nullopt: not configured. Half a key pair is Error{config}.

/// AWS_ACCESS_KEY_ID and its companions.
std::optional<Credentials> environment_credentials(const Environment& environment);
/// aws_access_key_id and its companions; `source` is for messages.
std::optional<Credentials> section_credentials(const ConfigSection& section, std::string source);

}  // namespace sluice::aws
