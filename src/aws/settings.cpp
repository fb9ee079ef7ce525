#include <charconv>
#include <utility>

#include "aws/words.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

// A value and where it came from, for the message if it cannot be.
struct Found {
  std::string value, where;
};

Error bad(const Found& found, std::string_view wanted) {
  return Error(ErrorCode::config, "read setting", found.where,
               "\"" + found.value + "\" is not " + std::string(wanted));
}

class Lookup {
 public:
  explicit Lookup(const AwsSettings& settings)
      : settings_(settings), section_(settings.section()) {}

  /// The environment variable if it is set, else the profile's setting.
  std::optional<Found> find(std::string_view variable, std::string_view setting) const {
    if (auto value = settings_.environment.get(variable))
      return Found{std::move(*value), std::string(variable)};
    if (auto value = section_.get(setting)) return Found{std::move(*value), place(setting)};
    return std::nullopt;
  }
  std::optional<Found> find_s3(std::string_view setting) const {
    if (auto value = section_.get("s3", setting))
      return Found{std::move(*value), place("s3." + std::string(setting))};
    return std::nullopt;
  }

 private:
  std::string place(std::string_view setting) const {
    return "profile " + settings_.profile + ", " + std::string(setting);
  }
  const AwsSettings& settings_;
  const ConfigSection& section_;
};

bool to_bool(const Found& found) {
  const std::string text = lower_case(found.value);
  if (text == "true") return true;
  if (text == "false") return false;
  throw bad(found, "true or false");
}

ChecksumMode to_checksum_mode(const Found& found) {
  const std::string text = lower_case(found.value);
  if (text == "when_supported") return ChecksumMode::when_supported;
  if (text == "when_required") return ChecksumMode::when_required;
  throw bad(found, "when_supported or when_required");
}

AddressingStyle to_addressing(const Found& found) {
  const std::string text = lower_case(found.value);
  if (text == "auto") return AddressingStyle::automatic;
  if (text == "path") return AddressingStyle::path;
  if (text == "virtual") return AddressingStyle::virtual_host;
  throw bad(found, "auto, path or virtual");
}

std::uint32_t to_attempts(const Found& found) {
  std::uint32_t number = 0;
  const char* const end = found.value.data() + found.value.size();
  const auto [rest, failure] = std::from_chars(found.value.data(), end, number);
  if (failure != std::errc() || rest != end || number == 0)
    throw bad(found, "a number of attempts (1 or more)");
  return number;
}

RetryPolicy retry_of(const Lookup& lookup) {
  RetryPolicy policy = RetryPolicy::aws_standard();
  if (const auto mode = lookup.find("AWS_RETRY_MODE", "retry_mode")) {
    const std::string text = lower_case(mode->value);
    if (text == "adaptive") {
      policy = RetryPolicy::aws_adaptive();
    } else if (text == "legacy") {
      policy.max_attempts =
          5;  // what that mode is known for; its other rules are the standard ones here
    } else if (text != "standard") {
      throw bad(*mode, "standard, adaptive or legacy");
    }
  }
  if (const auto attempts = lookup.find("AWS_MAX_ATTEMPTS", "max_attempts"))
    policy.max_attempts = to_attempts(*attempts);
  return policy;
}

void choose_profile(AwsSettings& settings, const AwsOverrides& overrides) {
  settings.profile_by_caller = !overrides.profile.empty();
  std::optional<std::string> name;
  if (settings.profile_by_caller) name = overrides.profile;
  for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
    if (!name) name = settings.environment.get(variable);
  }
  if (!name) return;
  settings.profile = *name;
  if (settings.config.profiles.contains(*name) || *name == "default") return;
  throw Error(ErrorCode::config, "choose profile", *name,
              "the AWS configuration files have no such profile");
}

std::string region_of(const AwsSettings& settings, const AwsOverrides& overrides) {
  if (!overrides.region.empty()) return overrides.region;
  if (auto region = settings.environment.get("AWS_REGION")) return *region;
  if (auto region = settings.environment.get("AWS_DEFAULT_REGION")) return *region;
  return settings.section().get("region").value_or("");
}

std::string value_of(const std::optional<Found>& found) {
  return found ? found->value : std::string();
}

}  // namespace

const ConfigSection& AwsSettings::section() const {
  static const ConfigSection none;
  const auto found = config.profiles.find(profile);
  return found == config.profiles.end() ? none : found->second;
}

AwsSettings make_aws_settings(AwsConfig config, Environment environment,
                              const AwsOverrides& overrides) {
  AwsSettings settings;
  settings.config = std::move(config);
  settings.environment = std::move(environment);
  choose_profile(settings, overrides);
  settings.region = region_of(settings, overrides);
  const Lookup lookup(settings);
  settings.ca_bundle = overrides.ca_bundle.empty()
                           ? value_of(lookup.find("AWS_CA_BUNDLE", "ca_bundle"))
                           : overrides.ca_bundle;
  settings.retry = retry_of(lookup);
  if (const auto found =
          lookup.find("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation")) {
    settings.request_checksums = to_checksum_mode(*found);
  }
  if (const auto found =
          lookup.find("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation")) {
    settings.response_checksums = to_checksum_mode(*found);
  }
  if (const auto found = lookup.find("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"))
    settings.fips = to_bool(*found);
  if (const auto found = lookup.find("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")) {
    settings.dualstack = to_bool(*found);
  }
  if (const auto found = lookup.find_s3("addressing_style"))
    settings.s3_addressing = to_addressing(*found);
  if (const auto found = lookup.find_s3("payload_signing_enabled"))
    settings.s3_payload_signing = to_bool(*found);
  return settings;
}

}  // namespace sluice::aws
