#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sluice/async/task.hpp"
#include "ssh/agent_protocol.hpp"

namespace sluice::ssh {

/// An SSH agent on its UNIX socket; one request at a time. Lives on the loop.
class AgentClient {
 public:
  /// Null if there is no agent: no path, nobody listening.
  static Task<std::unique_ptr<AgentClient>> connect(std::string path);

  /// What it holds. Throws Error{network, protocol, unauthenticated (it is locked), timeout,
  /// cancelled}, all of which mean that it is of no use.
  Task<std::vector<agent::Identity>> identities();
  /// A person may be asked whether they agree, and has a minute for it. Throws the same.
  Task<agent::Signature> sign(std::string blob, std::string data, agent::SignFlags flags);

 private:
  using Socket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
  explicit AgentClient(Socket socket) : socket_(std::move(socket)) {}
  Task<std::string> exchange(std::string request);
  Task<std::string> exchange_in_time(std::string request);

  Socket socket_;
};

}  // namespace sluice::ssh
