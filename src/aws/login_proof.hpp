#pragma once

#include <string>
#include <string_view>

#include "sluice/aws/endpoints.hpp"
#include "sluice/codec/es256.hpp"
#include "sluice/core/time.hpp"

namespace sluice::aws {

/// Where the AWS Sign-In service hands out tokens ("https://us-east-1.signin.aws.amazon.com"): not
/// named as other services are. Throws as service_endpoint().
ServiceEndpoint login_endpoint(const EndpointOptions& options);

/// The value of a DPoP header (RFC 9449) for one POST to `url`: a JWT that shows the public key and
/// is signed with the private one. `id` must be another each time.
std::string login_proof(const codec::Es256Key& key, std::string_view url, TimePoint now,
                        std::string_view id);

}  // namespace sluice::aws
