#pragma once

#include "net/proxy_rules.hpp"
#include "net/transport.hpp"
#include "sluice/core/error.hpp"

namespace sluice::net {

/// Asks the proxy at the other end for a tunnel to `target` (CONNECT, RFC 9110 section 9.3.6).
/// Errors say that it was the proxy: unauthenticated (407), permission_denied (403), network,
/// protocol. All arguments outlive the call.
Task<> open_tunnel(Transport& transport, const ProxyServer& proxy, const Endpoint& target,
                   const Http1Options& options);

/// The error for an answer by which a proxy refuses to help.
Error proxy_refusal(const ProxyServer& proxy, const Endpoint& target, int status);

}  // namespace sluice::net
