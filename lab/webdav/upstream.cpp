#include "webdav/upstream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "http/request_head.hpp"

namespace sluice::lab {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

using Message = http::request<http::string_body>;

Message message_of(const UpstreamServer& server, UpstreamRequest request) {
  Message message;
  message.version(11);
  message.method_string(request.method);
  message.target(request.target);
  message.set(http::field::host, server.authority());
  for (const auto& [name, value] : request.fields)
    message.insert(name, value);
  message.keep_alive(false);
  message.body() = std::move(request.body);
  message.prepare_payload();
  return message;
}

UpstreamAnswer answer_of(http::response<http::string_body> message) {
  UpstreamAnswer answer{.status = static_cast<int>(message.result_int()), .fields = {}, .body = {}};
  for (const auto& field : message) {
    const std::string name(field.name_string());
    if (!is_of_connection(name)) answer.fields.emplace_back(name, std::string(field.value()));
  }
  answer.body = std::move(message.body());
  return answer;
}

}  // namespace

std::string UpstreamServer::authority() const {
  return fmt::format("{}:{}", host, port);
}

std::string_view value_in(const FieldList& fields, std::string_view name) {
  const auto found = std::ranges::find_if(
      fields, [name](const auto& field) { return same_name(field.first, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

bool is_of_connection(std::string_view name) {
  static constexpr std::array<std::string_view, 7> names{
      "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Expect", "Host", "Date"};
  return std::ranges::any_of(names, [name](std::string_view one) { return same_name(name, one); });
}

asio::awaitable<std::optional<UpstreamAnswer>> ask_upstream(UpstreamServer server,
                                                            UpstreamRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::socket socket(executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(server.host), server.port);
  const auto [refused] = co_await socket.async_connect(endpoint, quietly);
  if (refused) co_return std::nullopt;
  const bool head_only = request.method == "HEAD";
  const Message message = message_of(server, std::move(request));
  // A server may answer and close before it has read everything: what counts is the answer.
  co_await http::async_write(socket, message, quietly);
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(head_only);
  boost::beast::flat_buffer buffer;
  const auto [unread, read] = co_await http::async_read(socket, buffer, parser, quietly);
  if (unread) co_return std::nullopt;
  co_return answer_of(parser.release());
}

}  // namespace sluice::lab
