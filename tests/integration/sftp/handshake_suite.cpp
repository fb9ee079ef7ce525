#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/net/stream.hpp"
#include "ssh/opening.hpp"
#include "ssh/session_channel.hpp"
#include "ssh_server.hpp"
#include "support/run.hpp"

namespace sluice::test {
namespace {

using namespace ssh;

/// A connection that ends after so many bytes from the server, as a cable that is pulled.
class CutWire final : public Wire {
 public:
  CutWire(std::unique_ptr<Wire> wire, std::size_t most) : wire_(std::move(wire)), left_(most) {}

  Task<std::size_t> read(MutableBytes buffer) override {
    if (left_ == 0) throw Error(ErrorCode::network, "receive", "cut", "the connection was cut");
    const std::size_t count =
        co_await wire_->read(buffer.first(std::min(buffer.size(), std::min(piece_, left_))));
    left_ -= count;
    received_ += count;
    co_return count;
  }
  Task<> write(Bytes bytes) override { return wire_->write(bytes); }
  void shut() override { wire_->shut(); }

  std::size_t received() const { return received_; }
  void in_pieces_of(std::size_t size) { piece_ = size; }

 private:
  std::unique_ptr<Wire> wire_;
  std::size_t left_, received_ = 0, piece_ = SIZE_MAX;
};

struct Outcome {
  std::optional<Error> failure;
  std::size_t received = 0;
};

Task<std::unique_ptr<Wire>> connect(Runtime* runtime, const ConnectorOptions* options) {
  net::StreamConnector streams(*runtime);
  net::Endpoint peer;
  peer.host = options->host;
  peer.port = options->port;
  const SteadyTime until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  auto stream = co_await streams.connect(peer, "test", until);
  co_return make_stream_wire(std::move(stream));
}

/// The whole way to an open channel, of which the first bytes come.
Task<Outcome> open_until(Runtime* runtime, std::size_t most, std::size_t piece = SIZE_MAX) {
  const ConnectorOptions options = connector_options();
  auto plain = co_await connect(runtime, &options);
  auto wire = std::make_unique<CutWire>(std::move(plain), most);
  wire->in_pieces_of(piece);
  const CutWire& counted = *wire;
  HostKeyCheck host_key(*runtime, options);
  co_await host_key.load();
  KnownSecrets secrets;
  const auto session =
      std::make_shared<Session>(*runtime, std::move(wire), "sftp://test", std::chrono::seconds(20));
  Outcome outcome;
  std::unique_ptr<SessionChannel> channel;
  try {
    co_await open_session(session.get(), &host_key, &options, &secrets);
    channel = co_await open_channel(session, "sftp");
  } catch (...) {
    outcome.failure = error_from(std::current_exception());
  }
  outcome.received = counted.received();
  if (channel) co_await channel->close();
  co_await session->close();
  co_return outcome;
}

using Codes = std::map<ErrorCode, std::size_t>;

Task<> cut_at(Runtime* runtime, std::size_t most, Codes* codes) {
  const Outcome outcome = co_await open_until(runtime, most);
  REQUIRE(outcome.failure);
  const Error& error = *outcome.failure;
  if (error.code() != ErrorCode::network || !error.retryable())
    FAIL_CHECK("cut after " << most << " bytes: " << error.what());
  ++(*codes)[error.code()];
}

Task<> cut_everywhere(Runtime& runtime) {
  const Outcome whole = co_await open_until(&runtime, SIZE_MAX);
  REQUIRE_FALSE(whole.failure);
  Codes codes;
  TaskGroup group(runtime.executor());
  std::exception_ptr thrown;
  try {
    for (std::size_t most = 0; most < whole.received; ++most) {
      co_await group.wait_below(8);
      group.spawn(cut_at(&runtime, most, &codes));
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await group.join();
  if (thrown) std::rethrow_exception(thrown);
  MESSAGE("cut after each of " << whole.received << " bytes");
  CHECK(codes[ErrorCode::network] == whole.received);
}

// SSH_FXP_INIT of version 3, which is answered with SSH_FXP_VERSION.
constexpr std::string_view greeting("\0\0\0\5\1\0\0\0\3", 9);

Task<> read_some(SessionChannel* channel, std::size_t* count) {
  std::vector<std::byte> buffer(100'000);
  *count = co_await channel->read(buffer);
}

Task<> check_greeting(SessionChannel* channel) {
  std::size_t count = 0;
  co_await channel->write(as_bytes(greeting));
  co_await read_some(channel, &count);
  CHECK(count > greeting.size());
}

/// Reads that are given up, and the end in the middle of others.
Task<> use_channel(Executor executor, SessionChannel* channel) {
  std::size_t count = 0;
  for (int i = 0; i < 3; ++i) {
    TaskGroup group(executor);
    group.spawn(read_some(channel, &count));
    co_await sleep_for(std::chrono::milliseconds(5));
    group.cancel();
    co_await group.join();
    CHECK(count == 0);
  }
  co_await check_greeting(channel);
  TaskGroup group(executor);
  group.spawn(read_some(channel, &count));
  const std::string nothing(3'000'000,
                            '\0');  // far more than the server takes: it ends the channel
  std::optional<Error> failure;
  try {
    co_await channel->write(as_bytes(nothing));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  channel->shut();
  CHECK_THROWS_AS(co_await channel->write(as_bytes(greeting)), Error);
  try {
    co_await group.join();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::network);
  }
}

/// The second channel goes on when the first one ends, and the connection with the last.
Task<> use_channels(std::shared_ptr<Session> session) {
  const auto first = co_await open_channel(session, "sftp");
  const auto second = co_await open_channel(session, "sftp");
  CHECK(session->channels_in_use() == 2);
  co_await check_greeting(second.get());
  co_await use_channel(session->runtime().executor(), first.get());
  co_await first->close();
  CHECK_FALSE(session->failed());
  const auto third = co_await open_channel(session, "sftp");
  co_await check_greeting(third.get());
  co_await third->close();
  co_await second->close();
  CHECK(session->failed());
}

Task<> open_and_use(Runtime& runtime) {
  const ConnectorOptions options = connector_options();
  auto wire = co_await connect(&runtime, &options);
  HostKeyCheck host_key(runtime, options);
  co_await host_key.load();
  KnownSecrets secrets;
  const auto session =
      std::make_shared<Session>(runtime, std::move(wire), "sftp://test", std::chrono::seconds(20));
  std::exception_ptr thrown;
  try {
    co_await open_session(session.get(), &host_key, &options, &secrets);
    co_await use_channels(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await session->close();
  if (thrown) std::rethrow_exception(thrown);
}

Task<> open_and_forget(Runtime* runtime) {
  co_await open_until(runtime, SIZE_MAX);
}

}  // namespace

TEST_CASE(
    "S1: a connection that is cut at any byte of the handshake or the login fails once, and may be "
    "tried again") {
  run(cut_everywhere);
}

TEST_CASE("a handshake that comes byte by byte") {
  run([](Runtime& runtime) -> Task<> {
    const Outcome outcome = co_await open_until(&runtime, SIZE_MAX, 1);
    CHECK_FALSE(outcome.failure);
  });
}

TEST_CASE(
    "reads are given up and begun again, and a channel ends in the middle of both directions while "
    "others of its connection go on") {
  run(open_and_use);
}

TEST_CASE("a handshake that is cancelled in the middle leaves nothing behind") {
  run([](Runtime& runtime) -> Task<> {
    for (int i = 0; i < 40; ++i) {
      TaskGroup group(runtime.executor());
      group.spawn(open_and_forget(&runtime));
      Timer timer(runtime.executor(), std::chrono::microseconds(500 * i));
      co_await timer.async_wait(use_task);
      group.cancel();
      try {
        co_await group.join();
      } catch (const Error&) {
      }
    }
  });
}

}  // namespace sluice::test
