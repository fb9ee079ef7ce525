#include <utility>

#include "aws/words.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

struct Source {
  std::string value, where;
};

bool ignored(const AwsSettings& settings) {
  const auto variable = settings.environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  const auto setting = settings.section().get("ignore_configured_endpoint_urls");
  return lower_case(variable.value_or(setting.value_or("false"))) == "true";
}

std::optional<Source> from_services(const AwsSettings& settings, std::string_view service_id) {
  const auto name = settings.section().get("services");
  if (!name) return std::nullopt;
  const auto section = settings.config.services.find(*name);
  if (section == settings.config.services.end()) {
    throw Error(ErrorCode::config, "find endpoint", "profile " + settings.profile,
                "there is no section [services " + *name + "]");
  }
  auto url = section->second.get(service_id, "endpoint_url");
  if (!url) return std::nullopt;
  return Source{std::move(*url), "[services " + *name + "]"};
}

std::optional<Source> find_source(const AwsSettings& settings, std::string_view service_id) {
  std::string variable = "AWS_ENDPOINT_URL_";
  for (const char c : service_id)
    variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string& name : {variable, std::string("AWS_ENDPOINT_URL")}) {
    if (auto url = settings.environment.get(name)) return Source{std::move(*url), name};
  }
  if (auto url = from_services(settings, service_id)) return url;
  if (auto url = settings.section().get("endpoint_url"))
    return Source{std::move(*url), "profile " + settings.profile};
  return std::nullopt;
}

}  // namespace

std::optional<net::Url> configured_endpoint(const AwsSettings& settings,
                                            std::string_view service_id) {
  if (ignored(settings)) return std::nullopt;
  const auto source = find_source(settings, service_id);
  if (!source) return std::nullopt;
  try {
    return net::parse_url(source->value);
  } catch (const Error& error) {
    throw Error(ErrorCode::config, "read endpoint URL", source->where, error.message());
  }
}

EndpointOptions endpoint_options(const AwsSettings& settings, std::string_view service_id) {
  return {.region = settings.region,
          .custom = configured_endpoint(settings, service_id),
          .fips = settings.fips,
          .dualstack = settings.dualstack};
}

}  // namespace sluice::aws
