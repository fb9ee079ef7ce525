#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "aws/manual_clock.hpp"
#include "sluice/aws/credentials_chain.hpp"
#include "sluice/codec/date.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::test {

inline FakeAnswer answer(std::string body, int status = 200) {
  FakeAnswer result;
  result.status = status;
  result.body = std::move(body);
  return result;
}

inline FakeAnswer unreachable() {
  FakeAnswer result;
  result.failure = Error(ErrorCode::network, "connect", "peer", "no route");
  return result;
}

/// One machine: files, environment, peers, time; asked for its credentials.
struct ChainWorld {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sluice-chain-" + SeededRandom().hex_id());
  std::shared_ptr<ManualClock> clock =
      std::make_shared<ManualClock>(codec::parse_iso8601("2025-05-28T10:00:00Z").value());
  std::map<std::string, std::string, std::less<>> variables;
  std::string config, credentials;
  aws::AwsOverrides overrides;
  aws::MfaPrompt mfa;
  FakeHttp http;

  ChainWorld() { std::filesystem::create_directories(folder / ".aws" / "sso" / "cache"); }
  ChainWorld(const ChainWorld&) = delete;
  ~ChainWorld() { std::filesystem::remove_all(folder); }

  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream(folder / name) << content;
    return (folder / name).string();
  }

  aws::AwsSettings settings() {
    variables["HOME"] = folder.string();
    return aws::make_aws_settings(
        aws::parse_aws_config({config, "config"}, {credentials, "credentials"}),
        Environment(variables), overrides);
  }

  /// Runs `body(provider, this)`.
  void with(Task<> (*body)(std::shared_ptr<aws::CredentialsProvider>, ChainWorld*)) {
    RuntimeOptions options;
    options.clock = clock;
    run(
        [&](Runtime& runtime) {
          return body(
              aws::make_credentials_chain(runtime, http, {.settings = settings(), .mfa = mfa}),
              this);
        },
        std::move(options));
  }

  /// The key id that is found, or the error's code.
  std::string key() {
    with([](std::shared_ptr<aws::CredentialsProvider> provider, ChainWorld* world) -> Task<> {
      try {
        world->found_ = co_await provider->get({});
        world->key_ = world->found_->access_key_id;
      } catch (const Error& error) {
        world->key_ = name_of(error.code());
        world->message_ = error.what();
      }
    });
    return key_;
  }
  const aws::Credentials& found() const { return *found_; }
  const std::string& message() const { return message_; }

 private:
  std::shared_ptr<const aws::Credentials> found_;
  std::string key_, message_;
};

}  // namespace sluice::test
