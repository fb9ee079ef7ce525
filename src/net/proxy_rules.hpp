#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/secret.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/http1_client.hpp"

namespace sluice::net {

struct ProxyServer {
  Endpoint endpoint;
  Secret authorization;  ///< The value of Proxy-Authorization; empty: none.
};

/// "http://[user:password@]host:port", also without scheme; nullopt if empty. User and password are
/// percent-decoded. Throws Error{config} (without the text, which may hold a password).
std::optional<ProxyServer> parse_proxy(std::string_view text);

/// The hosts that are reached directly: "*", names (with all below them, with or without a leading
/// dot), addresses, CIDR blocks, each but blocks with an optional ":port".
class NoProxyList {
 public:
  explicit NoProxyList(std::string_view text);
  bool matches(const Endpoint& endpoint) const;

 private:
  struct Rule {
    std::string host;  // without leading dot and brackets, lower case
    std::optional<std::uint16_t> port;
    std::optional<unsigned> prefix;  // of a CIDR block, in bits
  };
  static std::optional<Rule> parse_rule(std::string_view text);
  static bool applies(const Rule& rule, const Endpoint& endpoint);
  std::vector<Rule> rules_;
  bool all_ = false;
};

class ProxyRules {
 public:
  explicit ProxyRules(const ProxyOptions& options);
  /// The proxy for an endpoint; null: go straight.
  const ProxyServer* choose(const Endpoint& endpoint) const;

 private:
  std::optional<ProxyServer> http_, https_;
  NoProxyList direct_;
};

}  // namespace sluice::net
