#pragma once

#include <memory>
#include <string>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/aws_error.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/aws/signing.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

/// What tells one service of the AWS JSON protocol from another (Smithy, "AWS JSON 1.0/1.1
/// protocol").
struct JsonServiceOptions {
  std::string host_prefix;    ///< "glue": in host names.
  std::string signing_name;   ///< "glue": in the credential scope.
  std::string target_prefix;  ///< "AWSGlue": in X-Amz-Target.
  std::string json_version = "1.1";
  EndpointOptions endpoint;
  RetryPolicy retry = RetryPolicy::aws_standard();
};

/// Calls operations of one JSON service: signed anew for each attempt, expired credentials fetched
/// again once, a wrong clock corrected once, retried by the policy. Lives on the loop; calls may
/// run at once.
///
/// Errors: Error with the service's code and request id. With Safety::sent_once, a failure that
/// leaves open whether the service acted is thrown as it is (network, timeout, unavailable) for the
/// caller to look.
class JsonService {
 public:
  JsonService(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
              std::shared_ptr<CredentialsProvider> credentials, JsonServiceOptions options);
  ~JsonService();
  JsonService(const JsonService&) = delete;
  JsonService& operator=(const JsonService&) = delete;

  /// `operation` as the service names it ("GetWorkflowRun"), `body` its JSON input, `subject` what
  /// errors are about. Answers of more than 16 MiB are Error{protocol}.
  Task<codec::JsonValue> call(OpContext context, std::string operation, std::string body,
                              std::string subject, Safety safety);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::aws
