#pragma once

#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/net/http1_client.hpp"

namespace sluice::aws {

struct SessionOptions {
  Environment environment;  ///< AWS_* and proxy variables.
  std::string profile, region;
  bool anonymous = false;  ///< Requests are not signed.
  net::Http1Options http;
};

/// What the clients of one account share: settings, connections, credentials.
struct Session {
  AwsSettings settings;
  std::shared_ptr<net::HttpClient> http;
  std::shared_ptr<CredentialsProvider> credentials;
};

/// What is not given, from the environment: http_proxy, https_proxy and no_proxy, the last two also
/// in capitals.
net::ProxyOptions proxies_of(const Environment& environment, net::ProxyOptions given);

/// Reads the shared files and makes the rest. Throws as load_aws_settings(). The HTTP client is to
/// be closed by whoever opened the session.
Task<Session> open_session(Runtime& runtime, SessionOptions options);

}  // namespace sluice::aws
