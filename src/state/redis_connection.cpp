#include "state/redis_connection.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <array>
#include <optional>
#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::state {
namespace {

// What one exchange may make us hold; our own pages are far smaller.
constexpr std::size_t reply_limit = 256_MiB;

struct ReaderFree {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct ReplyFree {
  void operator()(void* reply) const { freeReplyObject(reply); }
};

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
  State(std::unique_ptr<net::Stream> to, std::string named)
      : stream(std::move(to)), subject(std::move(named)), reader(redisReaderCreate()) {
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

  std::unique_ptr<net::Stream> stream;
  std::string subject;
  std::unique_ptr<redisReader, ReaderFree> reader;
};

RedisConnection::RedisConnection(std::unique_ptr<net::Stream> stream, std::string subject)
    : state_(std::make_unique<State>(std::move(stream), std::move(subject))) {}
RedisConnection::~RedisConnection() = default;

Task<std::vector<RedisReply>> RedisConnection::exchange(std::vector<RedisCommand> commands) {
  std::string request;
  for (const RedisCommand& command : commands)
    request += bytes_of(command);
  co_await state_->stream->write(as_bytes(request));
  std::vector<RedisReply> replies;
  std::array<std::byte, 16_KiB> buffer;
  std::size_t received = 0;
  for (;;) {
    while (replies.size() < commands.size()) {
      auto reply = state_->take();
      if (!reply) break;
      replies.push_back(std::move(*reply));
    }
    if (replies.size() == commands.size()) co_return replies;
    const std::size_t length = co_await state_->stream->read(buffer);
    received += length;
    if (received > reply_limit)
      throw Error(ErrorCode::protocol, "receiving", state_->subject, "the reply is too big");
    const std::string_view text = as_text(Bytes(buffer).first(length));
    redisReaderFeed(state_->reader.get(), text.data(), text.size());
  }
}

std::string redis_subject(const RedisOptions& options) {
  const bool v6 = options.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/{}", options.tls ? "rediss" : "redis", v6 ? "[" : "",
                     options.host, v6 ? "]" : "", options.port, options.database);
}

RedisConnector::RedisConnector(Runtime& runtime, RedisOptions options)
    : options_(std::move(options)),
      subject_(redis_subject(options_)),
      streams_(runtime, options_.tls.value_or(net::TlsOptions())) {}
RedisConnector::~RedisConnector() = default;

Task<std::unique_ptr<RedisConnection>> RedisConnector::open(SteadyTime until) {
  const net::Endpoint peer{
      .tls = options_.tls.has_value(), .host = options_.host, .port = options_.port};
  auto stream = co_await streams_.connect(peer, subject_, until);
  auto connection = std::make_unique<RedisConnection>(std::move(stream), subject_);
  co_await log_in(*connection);
  co_return connection;
}

Task<> RedisConnector::log_in(RedisConnection& connection) {
  std::vector<RedisCommand> commands;
  if (!options_.password.empty()) {
    RedisCommand& auth = commands.emplace_back(RedisCommand{"AUTH"});
    if (!options_.user.empty()) auth.push_back(options_.user);
    auth.push_back(options_.password.reveal());
  }
  if (options_.database != 0) commands.push_back({"SELECT", std::to_string(options_.database)});
  commands.push_back({"PING"});
  const auto replies = co_await connection.exchange(std::move(commands));
  for (const RedisReply& reply : replies)
    reply.expect_success(subject_);
}

}  // namespace sluice::state
