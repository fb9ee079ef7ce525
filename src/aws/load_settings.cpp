#include <utility>

#include "aws/load_settings.hpp"
#include "aws/text_file.hpp"
#include "sluice/aws/config.hpp"

namespace sluice::aws {
namespace {

Task<ConfigText> read_config(Runtime& runtime, std::string path) {
  auto content = co_await read_text_file(runtime, path);
  co_return ConfigText{std::move(content).value_or(""), std::move(path)};
}

std::string path_of(const Environment& environment, std::string_view variable,
                    std::string_view below_home) {
  const auto named = environment.get(variable);
  return expand_home(environment, named ? *named : std::string(below_home));
}

}  // namespace

Task<AwsConfig> load_aws_config(Runtime& runtime, Environment environment) {
  std::string config_path = path_of(environment, "AWS_CONFIG_FILE", "~/.aws/config");
  std::string credentials_path =
      path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  const ConfigText config = co_await read_config(runtime, std::move(config_path));
  const ConfigText credentials = co_await read_config(runtime, std::move(credentials_path));
  co_return parse_aws_config(config, credentials);
}

Task<AwsSettings> load_aws_settings(Runtime& runtime, Environment environment,
                                    AwsOverrides overrides) {
  AwsConfig config = co_await load_aws_config(runtime, environment);
  co_return make_aws_settings(std::move(config), std::move(environment), overrides);
}

}  // namespace sluice::aws
