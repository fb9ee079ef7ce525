#pragma once

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// Pure: where a container asks for its credentials (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or
/// _FULL_URI); nullopt if neither is set. Throws Error{config} for a plain http URL to a host that
/// is not on the list: the token would go there in clear.
std::optional<net::Url> container_url(const Environment& environment);

/// Asks that place, three times if need be. The authorization token's file is read anew each time
/// (EKS rotates it).
Task<Credentials> fetch_container_credentials(SourceWorld world, OpContext context, net::Url url);

}  // namespace sluice::aws
