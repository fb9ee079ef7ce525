#include "ssh/agent_client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::ssh {
namespace {

constexpr auto longest_wait = std::chrono::seconds(60);
constexpr const char* agent_name = "the SSH agent";

}  // namespace

Task<std::unique_ptr<AgentClient>> AgentClient::connect(std::string path) {
  // What is longer than sockaddr_un holds cannot be there.
  constexpr std::size_t longest_path = 107;
  if (path.empty() || path.size() > longest_path) co_return nullptr;
  Socket socket(co_await asio::this_coro::executor);
  boost::system::error_code failure;
  co_await socket.async_connect(asio::local::stream_protocol::endpoint(path),
                                asio::redirect_error(use_task, failure));
  if (failure == asio::error::operation_aborted) throw cancelled("ask the SSH agent");
  if (failure) co_return nullptr;
  co_return std::unique_ptr<AgentClient>(new AgentClient(std::move(socket)));
}

Task<std::string> AgentClient::exchange(std::string request) {
  boost::system::error_code failure;
  co_await asio::async_write(socket_, asio::buffer(request),
                             asio::redirect_error(use_task, failure));
  if (failure) throw error_from(failure, "ask", agent_name);
  std::array<char, agent::length_size> head;
  co_await asio::async_read(socket_, asio::buffer(head), asio::redirect_error(use_task, failure));
  if (failure) throw error_from(failure, "ask", agent_name);
  std::string answer(agent::message_length({head.data(), head.size()}), '\0');
  co_await asio::async_read(socket_, asio::buffer(answer), asio::redirect_error(use_task, failure));
  if (failure) throw error_from(failure, "ask", agent_name);
  co_return answer;
}

Task<std::string> AgentClient::exchange_in_time(std::string request) {
  return with_deadline(std::chrono::steady_clock::now() + longest_wait, "ask the SSH agent",
                       exchange(std::move(request)));
}

Task<std::vector<agent::Identity>> AgentClient::identities() {
  const std::string answer = co_await exchange_in_time(agent::request_identities());
  co_return agent::parse_identities(answer);
}

Task<agent::Signature> AgentClient::sign(std::string blob, std::string data,
                                         agent::SignFlags flags) {
  const std::string answer = co_await exchange_in_time(agent::request_signature(blob, data, flags));
  co_return agent::parse_signature(answer);
}

}  // namespace sluice::ssh
