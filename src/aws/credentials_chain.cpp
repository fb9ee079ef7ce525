#include "sluice/aws/credentials_chain.hpp"

#include <array>
#include <span>
#include <utility>

#include "aws/cached_credentials.hpp"
#include "aws/container_credentials.hpp"
#include "aws/instance_metadata.hpp"
#include "aws/load_settings.hpp"
#include "aws/process_credentials.hpp"
#include "aws/role_credentials.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::aws {
namespace {

using Found = std::optional<Credentials>;

Task<Found> ready(Found found) {
  co_return found;
}

// A source that is configured either gives credentials or throws.
Task<Found> found_by(Task<Credentials> task) {
  Credentials credentials = co_await std::move(task);
  co_return credentials;
}

class Chain {
 public:
  Chain(Runtime& runtime, net::HttpClient& http, CredentialsChainOptions options)
      : runtime_(runtime),
        http_(http),
        settings_(std::move(options.settings)),
        mfa_(std::move(options.mfa)) {}

  Task<Credentials> fetch(OpContext context) {
    if (chosen_) co_await reload_keys();
    const std::size_t first = chosen_.value_or(0);
    const std::size_t end = chosen_ ? first + 1 : steps().size();
    for (std::size_t i = first; i < end; ++i) {
      Found found = co_await (this->*steps()[i])(context);
      if (!found) continue;
      if (!chosen_) runtime_.log().debug("Credentials were found", {{"source", found->source}});
      chosen_ = i;
      last_ = *found;
      co_return std::move(*found);
    }
    Credentials kept = kept_or_throw();
    co_return kept;
  }

 private:
  using Step = Task<Found> (Chain::*)(OpContext);

  SourceWorld world() const { return {runtime_, http_, settings_}; }
  const ConfigSection& section() const { return settings_.section(); }
  std::string profile_source() const { return "profile " + settings_.profile; }

  Task<Found> from_environment(OpContext) {
    if (settings_.profile_by_caller) return ready(std::nullopt);
    return ready(environment_credentials(settings_.environment));
  }
  Task<Found> from_role(OpContext context) {
    auto plan = plan_roles(settings_.config, settings_.profile);
    if (!plan) return ready(std::nullopt);
    return found_by(fetch_role_credentials(world(), std::move(context), std::move(*plan), mfa_));
  }
  Task<Found> from_web_identity(OpContext context) {
    const Environment* const environment =
        settings_.profile_by_caller ? nullptr : &settings_.environment;
    auto identity = web_identity(environment, section(), settings_.profile);
    if (!identity) return ready(std::nullopt);
    return found_by(assume_role_with_web_identity(
        world(), std::move(context), std::move(identity->role), std::move(identity->token_file)));
  }
  Task<Found> from_sso(OpContext context) {
    auto sso = sso_profile(settings_.config, settings_.profile, section());
    if (!sso) return ready(std::nullopt);
    return found_by(fetch_sso_credentials(world(), std::move(context), std::move(*sso)));
  }
  Task<Found> from_credentials_file(OpContext) {
    return ready(keys_in(settings_.config.credential_profiles, "credentials file"));
  }
  Task<Found> from_login(OpContext context) {
    auto login = login_profile(settings_.profile, section());
    if (!login) return ready(std::nullopt);
    return found_by(fetch_login_credentials(world(), std::move(context), std::move(*login)));
  }
  Task<Found> from_process(OpContext context) {
    auto command = section().get("credential_process");
    if (!command) return ready(std::nullopt);
    return found_by(fetch_process_credentials(world(), std::move(context), std::move(*command),
                                              "credential_process of " + profile_source()));
  }
  Task<Found> from_config_file(OpContext) {
    return ready(keys_in(settings_.config.config_profiles, "config file"));
  }
  Task<Found> from_container(OpContext context) {
    auto url = container_url(settings_.environment);
    if (!url) return ready(std::nullopt);
    return found_by(fetch_container_credentials(world(), std::move(context), std::move(*url)));
  }
  Task<Found> from_instance(OpContext context) {
    auto settings = metadata_settings(settings_);
    if (!settings) return ready(std::nullopt);
    return fetch_instance_credentials(world(), std::move(context), std::move(*settings));
  }

  Found keys_in(const ConfigSections& profiles, std::string_view file) const {
    const auto found = profiles.find(settings_.profile);
    if (found == profiles.end()) return std::nullopt;
    return section_credentials(found->second, profile_source() + " of the " + std::string(file));
  }

  // Other programs put new keys into the files when the old ones end.
  Task<> reload_keys() {
    const Step step = steps()[*chosen_];
    if (step != &Chain::from_credentials_file && step != &Chain::from_config_file) co_return;
    AwsConfig config = co_await load_aws_config(runtime_, settings_.environment);
    settings_.config = std::move(config);
  }

  // A machine whose metadata service falls silent goes on with what it has: AWS may accept it
  // beyond its time.
  Credentials kept_or_throw() {
    if (!last_) {
      throw no_credentials("", "found neither in the environment, " + profile_source() +
                                   " (role, web identity, SSO, keys, login, process), a container "
                                   "service, nor the instance "
                                   "metadata service");
    }
    if (steps()[*chosen_] != &Chain::from_instance)
      throw no_credentials(last_->source, "they are gone");
    const TimePoint now = runtime_.clock().now();
    last_->expires = extended_expiration(last_->expires, now, runtime_.random().unit());
    runtime_.log().warn(
        "The instance metadata service gives no new credentials; the old ones are used on",
        {{"source", last_->source}});
    return *last_;
  }

  static std::span<const Step> steps();

  Runtime& runtime_;
  net::HttpClient& http_;
  AwsSettings settings_;
  MfaPrompt mfa_;
  std::optional<std::size_t> chosen_;  // the step that gave the last ones
  std::optional<Credentials> last_;
};

// botocore's order.
std::span<const Chain::Step> Chain::steps() {
  static constexpr std::array<Step, 10> order = {
      &Chain::from_environment,      &Chain::from_role,
      &Chain::from_web_identity,     &Chain::from_sso,
      &Chain::from_credentials_file, &Chain::from_login,
      &Chain::from_process,          &Chain::from_config_file,
      &Chain::from_container,        &Chain::from_instance};
  return order;
}

Task<Credentials> fetch_from(std::shared_ptr<Chain> chain, OpContext context) {
  Credentials credentials = co_await chain->fetch(std::move(context));
  co_return credentials;
}

}  // namespace

std::shared_ptr<CredentialsProvider> make_credentials_chain(Runtime& runtime, net::HttpClient& http,
                                                            CredentialsChainOptions options) {
  auto chain = std::make_shared<Chain>(runtime, http, std::move(options));
  return make_cached_credentials(
      runtime, [chain](OpContext context) { return fetch_from(chain, std::move(context)); });
}

Task<std::optional<std::string>> find_instance_region(Runtime& runtime, net::HttpClient& http,
                                                      OpContext context, AwsSettings settings) {
  const SourceWorld world{runtime, http, settings};
  auto metadata = metadata_settings(settings);
  if (!metadata) co_return std::nullopt;
  const auto session = co_await open_metadata(world, context, *metadata);
  if (!session) co_return std::nullopt;
  auto region = co_await read_metadata(world, std::move(context), std::move(*metadata), *session,
                                       "/latest/meta-data/placement/region");
  co_return region;
}

}  // namespace sluice::aws
