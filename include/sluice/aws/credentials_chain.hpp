#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

/// Asks for the current code of an MFA device (given its serial number or ARN). May suspend; throws
/// to refuse. It is called on the loop, again for each refresh.
using MfaPrompt = std::function<Task<std::string>(std::string serial)>;

struct CredentialsChainOptions {
  AwsSettings settings;
  MfaPrompt mfa;  ///< Empty: a role that wants MFA is an error.
};

/// The sources that all AWS tools share, in botocore's order: environment, assume-role profile, web
/// identity, SSO, credentials file, `aws login`, credential_process, config file, container (ECS,
/// EKS), instance metadata (IMDS).
///
/// The first source that is configured gives the credentials and is kept for refreshes; if it is
/// configured but fails, that is the error (only IMDS may fail silently). Refreshes run in the
/// background from 15 minutes before the end, callers wait from 10 minutes before (both scaled down
/// for credentials that live for less than half an hour); concurrent callers share one refresh,
/// which a cancelled caller does not stop. `runtime` and `http` must outlive the provider; the
/// client needs no credentials.
///
/// get() throws Error{unauthenticated} (nothing found, refused, expired), Error{config}, and what
/// the network says.
std::shared_ptr<CredentialsProvider> make_credentials_chain(Runtime& runtime, net::HttpClient& http,
                                                            CredentialsChainOptions options);

/// The region of the machine by its instance metadata service; nullopt off EC2 or if the service is
/// switched off. Waits for AWS_METADATA_SERVICE_TIMEOUT (1 s) at most.
Task<std::optional<std::string>> find_instance_region(Runtime& runtime, net::HttpClient& http,
                                                      OpContext context, AwsSettings settings);

}  // namespace sluice::aws
