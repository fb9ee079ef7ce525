#include "state/redis_connection.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <netdb.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "sluice/async/errors.hpp"

namespace sluice::state {
namespace {

using tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, Executor>;

// What one exchange may make us hold; our own pages are far smaller.
constexpr std::size_t reply_limit = 256 * 1024 * 1024;

struct ReaderFree {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct ReplyFree {
  void operator()(void* reply) const { freeReplyObject(reply); }
};

std::vector<tcp::endpoint> resolve(const std::string& host, std::uint16_t port,
                                   const std::string& subject) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int result = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
  if (result != 0) throw Error(ErrorCode::network, "resolving", subject, gai_strerror(result));
  std::vector<tcp::endpoint> endpoints;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    tcp::endpoint endpoint;
    endpoint.resize(at->ai_addrlen);
    std::memcpy(endpoint.data(), at->ai_addr, at->ai_addrlen);
    endpoint.port(port);
    endpoints.push_back(endpoint);
  }
  return endpoints;
}

std::string bytes_of(const RedisCommand& command) {
  std::vector<const char*> parts;
  std::vector<std::size_t> lengths;
  for (const std::string& part : command) {
    parts.push_back(part.data());
    lengths.push_back(part.size());
  }
  char* text = nullptr;
  const int length =
      redisFormatCommandArgv(&text, static_cast<int>(command.size()), parts.data(), lengths.data());
  const std::unique_ptr<char, void (*)(char*)> owner(text, redisFreeCommand);
  if (length < 0) throw std::bad_alloc();
  return {text, static_cast<std::size_t>(length)};
}

RedisReply reply_of(const redisReply& reply) {
  const auto text = [&reply] { return std::string(reply.str, reply.len); };
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      return {text()};
    case REDIS_REPLY_INTEGER:
      return {static_cast<std::int64_t>(reply.integer)};
    case REDIS_REPLY_ERROR:
      return {RedisReply::Failure{text()}};
    case REDIS_REPLY_ARRAY:
      break;
    default:
      return {nullptr};
  }
  RedisReply::Array elements;
  elements.reserve(reply.elements);
  for (std::size_t i = 0; i < reply.elements; ++i)
    elements.push_back(reply_of(*reply.element[i]));
  return {std::move(elements)};
}

}  // namespace

struct RedisConnection::State {
  State(Executor executor, std::string named)
      : socket(std::move(executor)), subject(std::move(named)), reader(redisReaderCreate()) {
    if (!reader) throw std::bad_alloc();
  }

  /// The next whole reply among the bytes at hand.
  std::optional<RedisReply> take() {
    void* raw = nullptr;
    const int result = redisReaderGetReply(reader.get(), &raw);
    const std::unique_ptr<void, ReplyFree> owner(raw);
    if (result != REDIS_OK)
      throw Error(ErrorCode::protocol, "using Redis", subject, reader->errstr);
    if (!raw) return std::nullopt;
    return reply_of(*static_cast<redisReply*>(raw));
  }

  Socket socket;
  std::string subject;
  std::unique_ptr<redisReader, ReaderFree> reader;
};

RedisConnection::RedisConnection(std::unique_ptr<State> state) : state_(std::move(state)) {}
RedisConnection::~RedisConnection() = default;

std::string redis_subject(const RedisOptions& options) {
  const bool v6 = options.host.find(':') != std::string::npos;
  return fmt::format("redis://{}{}{}:{}/{}", v6 ? "[" : "", options.host, v6 ? "]" : "",
                     options.port, options.database);
}

Task<std::unique_ptr<RedisConnection>> RedisConnection::open(Runtime& runtime,
                                                             RedisOptions options) {
  auto state = std::make_unique<State>(runtime.executor(), redis_subject(options));
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(state)));
  co_await connection->connect(runtime, options.host, options.port);
  co_await connection->log_in(std::move(options));
  co_return connection;
}

Task<> RedisConnection::connect(Runtime& runtime, std::string host, std::uint16_t port) {
  auto lookup = [&host, port, this] { return resolve(host, port, state_->subject); };
  const auto endpoints = co_await offload(runtime.dns(), lookup);
  boost::system::error_code failure = asio::error::host_not_found;
  for (const tcp::endpoint& endpoint : endpoints) {
    state_->socket = Socket(runtime.executor());
    const auto outcome = co_await state_->socket.async_connect(endpoint, asio::as_tuple(use_task));
    failure = std::get<0>(outcome);
    if (!failure || failure == asio::error::operation_aborted) break;
  }
  if (failure) throw error_from(failure, "connecting", state_->subject);
  state_->socket.set_option(tcp::no_delay(true), failure);
  state_->socket.set_option(asio::socket_base::keep_alive(true), failure);
}

Task<> RedisConnection::log_in(RedisOptions options) {
  std::vector<RedisCommand> commands;
  if (!options.password.empty()) {
    RedisCommand& auth = commands.emplace_back(RedisCommand{"AUTH"});
    if (!options.user.empty()) auth.push_back(options.user);
    auth.push_back(options.password.reveal());
  }
  if (options.database != 0) commands.push_back({"SELECT", std::to_string(options.database)});
  commands.push_back({"PING"});
  const auto replies = co_await exchange(std::move(commands));
  for (const RedisReply& reply : replies)
    reply.expect_success(state_->subject);
}

Task<std::vector<RedisReply>> RedisConnection::exchange(std::vector<RedisCommand> commands) {
  std::string request;
  for (const RedisCommand& command : commands)
    request += bytes_of(command);
  const auto sent =
      co_await asio::async_write(state_->socket, asio::buffer(request), asio::as_tuple(use_task));
  if (const auto failure = std::get<0>(sent)) throw error_from(failure, "sending", state_->subject);
  std::vector<RedisReply> replies;
  std::array<char, 16 * 1024> buffer;
  std::size_t received = 0;
  for (;;) {
    while (replies.size() < commands.size()) {
      auto reply = state_->take();
      if (!reply) break;
      replies.push_back(std::move(*reply));
    }
    if (replies.size() == commands.size()) co_return replies;
    const auto [failure, length] =
        co_await state_->socket.async_read_some(asio::buffer(buffer), asio::as_tuple(use_task));
    if (failure) throw error_from(failure, "receiving", state_->subject);
    received += length;
    if (received > reply_limit)
      throw Error(ErrorCode::protocol, "receiving", state_->subject, "the reply is too big");
    redisReaderFeed(state_->reader.get(), buffer.data(), length);
  }
}

}  // namespace sluice::state
