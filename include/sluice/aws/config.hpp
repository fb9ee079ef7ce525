#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/aws/s3_checksum.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::aws {

// The files and environment variables that all AWS tools share (AWS SDKs and Tools Reference Guide,
// "Shared config and credentials files"). Where the tools differ, botocore's reading holds.

using ConfigValues = std::map<std::string, std::string, std::less<>>;

/// A section's settings: names in lower case, values as written. `blocks` are nested settings ("s3
/// =" and indented lines).
struct ConfigSection {
  ConfigValues values;
  std::map<std::string, ConfigValues, std::less<>> blocks;

  /// nullopt if absent or empty.
  std::optional<std::string> get(std::string_view name) const;
  std::optional<std::string> get(std::string_view block, std::string_view name) const;
};

using ConfigSections = std::map<std::string, ConfigSection, std::less<>>;

/// Both files. A profile that is in both is merged: the credentials file wins for each setting.
struct AwsConfig {
  ConfigSections profiles;                              ///< Merged.
  ConfigSections config_profiles, credential_profiles;  ///< As each file has them.
  ConfigSections sso_sessions, services;
};

/// The text of a file and its path, for messages.
struct ConfigText {
  std::string text, path;
};

/// Pure. Throws Error{config} with "path:line" as subject: a line outside a section, without '=',
/// an unclosed '[' or quote.
AwsConfig parse_aws_config(const ConfigText& config, const ConfigText& credentials);

/// What the user said elsewhere (flags), before environment and files.
struct AwsOverrides {
  std::string profile, region, ca_bundle;
};

/// Everything that clients need to know besides credentials. A value; copies are independent.
struct AwsSettings {
  Environment environment;
  AwsConfig config;
  std::string profile = "default";
  bool profile_by_caller = false;  ///< Then keys in the environment do not count.
  std::string region;              ///< Empty: not set (ask the metadata service, or fail).
  std::string ca_bundle;           ///< A PEM file; empty: the system's.
  RetryPolicy retry = RetryPolicy::aws_standard();
  ChecksumMode request_checksums = ChecksumMode::when_supported;
  ChecksumMode response_checksums = ChecksumMode::when_supported;
  bool fips = false, dualstack = false;
  AddressingStyle s3_addressing = AddressingStyle::automatic;
  std::optional<bool> s3_payload_signing;  ///< Unset: only without TLS.

  /// The profile's section; an empty one if there is none.
  const ConfigSection& section() const;
};

/// Pure: precedence is override, environment, profile. Throws Error{config}, naming the variable or
/// setting: a profile that is not there (only "default" may be missing), a value that cannot be.
AwsSettings make_aws_settings(AwsConfig config, Environment environment,
                              const AwsOverrides& overrides);

/// Reads the files that the environment names (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, else
/// below HOME/.aws) on the disk lane. A missing file counts as empty. Throws Error{config} as above
/// and permission_denied for files that cannot be read.
Task<AwsSettings> load_aws_settings(Runtime& runtime, Environment environment,
                                    AwsOverrides overrides);

/// The endpoint URL that the user configured for a service, if any: AWS_ENDPOINT_URL_<ID>,
/// AWS_ENDPOINT_URL, the profile's `services` section, the profile. `service_id` as in that
/// section: "s3", "sts", "secrets_manager". Pure. Throws Error{config}.
std::optional<net::Url> configured_endpoint(const AwsSettings& settings,
                                            std::string_view service_id);
/// The options for service_endpoint() and s3_endpoint() that follow from the settings.
EndpointOptions endpoint_options(const AwsSettings& settings, std::string_view service_id);

}  // namespace sluice::aws
