// Input: a config file, then a NUL and a credentials file. What parses gives settings, or an Error;
// nothing else.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "aws/role_plan.hpp"
#include "sluice/aws/config.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

void use(const AwsConfig& config, const std::string& profile) {
  const AwsSettings settings =
      make_aws_settings(config, Environment(), {.profile = profile, .region = "", .ca_bundle = ""});
  configured_endpoint(settings, "s3");
  sso_profile(config, profile, settings.section());
  section_credentials(settings.section(), "fuzz");
  plan_roles(config, profile);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(text.find('\0'), text.size());
  const std::string_view rest = text.substr(std::min(cut + 1, text.size()));
  try {
    const AwsConfig config = parse_aws_config({std::string(text.substr(0, cut)), "config"},
                                              {std::string(rest), "credentials"});
    for (const auto& [name, section] : config.profiles) {
      try {
        use(config, name);
      } catch (const Error&) {
        // This profile's settings make no sense; the next may.
      }
    }
  } catch (const Error&) {
    // A file with a mistake.
  }
  return 0;
}
