#pragma once

#include <memory>

#include "net/resolver.hpp"
#include "net/transport.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::net {

/// Opens TCP connections by name. Lives on the loop.
class TcpConnector {
 public:
  /// `most`: how many connections there may be at once, if that is known.
  explicit TcpConnector(Runtime& runtime, std::size_t most = 0);

  /// Tries each address of the host, all of them before `until`. Errors: network (naming the
  /// address), timeout, cancelled.
  Task<std::unique_ptr<Transport>> connect(Endpoint endpoint, SteadyTime until);

  /// Of all its connections.
  const std::shared_ptr<Traffic>& traffic() const { return traffic_; }

 private:
  Task<> make_room();

  Runtime& runtime_;
  std::size_t most_;
  bool roomy_ = false;
  Semaphore making_room_;
  std::shared_ptr<Traffic> traffic_;
  Resolver resolver_;
};

}  // namespace sluice::net
