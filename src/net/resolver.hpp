#pragma once

#include <boost/asio/ip/address.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice::net {

using Addresses = std::vector<asio::ip::address>;

/// Looks names up by getaddrinfo on the DNS lane. Answers are kept for a minute; who asks for a
/// name that is being looked up waits for the same answer. A caller that is cancelled goes its way;
/// the lookup itself cannot be stopped.
class Resolver {
 public:
  explicit Resolver(Runtime& runtime) : runtime_(runtime) {}

  /// At least one address, in the order to try them: the system's order of families, beginning at
  /// another address each time so that load spreads. Throws Error{network} if there is none,
  /// Error{cancelled}.
  Task<Addresses> resolve(std::string host);
  /// Forgets an answer that proved useless.
  void forget(const std::string& host) { known_.erase(host); }

 private:
  struct Lookup;
  struct Known {
    Addresses addresses;
    SteadyTime expires;
    std::size_t turn = 0;
  };
  static Task<> look_up(Runtime& runtime, std::string host, std::shared_ptr<Lookup> lookup);
  std::optional<Addresses> recall(const std::string& host);

  Runtime& runtime_;
  std::map<std::string, Known, std::less<>> known_;
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> running_;
};

/// Whether the name is "something.localhost", which is this machine and is asked of no server (RFC
/// 6761 section 6.3). Many systems only know "localhost" itself, but a local S3 server is asked for
/// its buckets by such names. Pure.
bool is_below_localhost(std::string_view host);

/// The addresses rotated by `turn` within each run of one family. Pure.
Addresses rotated(const Addresses& addresses, std::size_t turn);

}  // namespace sluice::net
