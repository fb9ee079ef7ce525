#pragma once

#include <memory>

#include "net/resolver.hpp"
#include "net/transport.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::net {

/// Opens TCP connections by name. Lives on the loop.
class TcpConnector {
 public:
  explicit TcpConnector(Runtime& runtime);

  /// Tries each address of the host, all of them before `until`. Errors: network (naming the
  /// address), timeout, cancelled.
  Task<std::unique_ptr<Transport>> connect(Endpoint endpoint, SteadyTime until);

  /// Of all its connections.
  const std::shared_ptr<Traffic>& traffic() const { return traffic_; }

 private:
  Runtime& runtime_;
  std::shared_ptr<Traffic> traffic_;
  Resolver resolver_;
};

}  // namespace sluice::net
