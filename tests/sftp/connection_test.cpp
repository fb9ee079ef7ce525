#include "sluice/sftp/connection.hpp"

#include <doctest/doctest.h>

#include "sftp/scripted_channel.hpp"
#include "sftp/server.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/sftp/answers.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

namespace sluice::sftp {
namespace {

using requests::Buffer;
using test::ScriptedChannel;

struct World {
  explicit World(lab::SftpServerOptions options = {}) : server(std::move(options)) {}

  Task<std::shared_ptr<Connection>> connect(Runtime& runtime, ConnectionOptions options = {}) {
    options.subject = "sftp://lab";
    auto made =
        std::make_unique<ScriptedChannel>(runtime.executor(), [this](Bytes in, std::string& out) {
          if (held) {
            waiting.append(as_text(in));
            return;
          }
          server.feed(in, out);
          if (server.cut()) channel->end();
        });
    channel = made.get();
    channel->piece = piece;
    return Connection::open(runtime, OpContext{}, std::move(made), std::move(options));
  }
  /// Lets the server have what was held back.
  void let_go() {
    held = false;
    std::string out;
    server.feed(as_bytes(waiting), out);
    waiting.clear();
    channel->say(out);
  }

  lab::SftpServer server;
  ScriptedChannel* channel = nullptr;
  std::size_t piece = 1 << 20;
  bool held = false;
  std::string waiting;
  test::TemporaryDirectory directory;
};

std::string in(const World& world, const char* name) {
  return (world.directory.path() / name).native();
}

Connection::Pending ask_open(Connection& connection, std::string path) {
  return connection.send_open(
      [&path](Buffer& out, std::uint32_t id) { requests::open(out, id, path, open_read, {}); });
}

Connection::Pending ask_stat(Connection& connection, std::string path) {
  return connection.send([&path](Buffer& out, std::uint32_t id) { requests::stat(out, id, path); });
}

template <class T>
Task<std::optional<ErrorCode>> failure_of(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.code();
  }
  co_return std::nullopt;
}

// Each body is a coroutine function: its arguments live in its frame.
template <class Body>
void with_world(World& world, Body body, ConnectionOptions options = {}) {
  test::run([&](Runtime& runtime) -> Task<> {
    return [](World& w, Runtime& r, Body& b, ConnectionOptions o) -> Task<> {
      const auto connection = co_await w.connect(r, std::move(o));
      std::exception_ptr thrown;
      try {
        co_await b(w, *connection);
      } catch (...) {
        thrown = std::current_exception();
      }
      co_await connection->close();
      if (thrown) std::rethrow_exception(thrown);
    }(world, runtime, body, options);
  });
}

Task<> read_a_file(World& world, Connection& connection) {
  test::write_whole(world.directory.path() / "a", "0123456789");
  const std::string handle =
      co_await expect_handle(ask_open(connection, in(world, "a")), {"open", "a"});
  std::string first(4, ' '), second(6, ' '), beyond(4, ' ');
  const auto into = [](std::string& text) {
    return MutableBytes(reinterpret_cast<std::byte*>(text.data()), text.size());
  };
  // All in one go, waited for in another order.
  Connection::Pending a = connection.read(handle, 0, into(first));
  Connection::Pending b = connection.read(handle, 4, into(second));
  Connection::Pending c = connection.read(handle, 10, into(beyond));
  const auto none = co_await expect_data(c, {"read", "a"});
  CHECK_FALSE(none);
  const auto six = co_await expect_data(b, {"read", "a"});
  CHECK(six == 6U);
  const auto four = co_await expect_data(a, {"read", "a"});
  CHECK(four == 4U);
  CHECK(first + second == "0123456789");
  connection.close_handle(handle);
  co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
  CHECK(world.server.open_handles() == 0);
}

Task<> abandon_an_open(World& world, Connection& connection) {
  test::write_whole(world.directory.path() / "a", "x");
  world.held = true;
  {
    const Connection::Pending forgotten = ask_open(connection, in(world, "a"));
    co_await sleep_for(std::chrono::milliseconds(5));
  }
  world.let_go();
  // The answer comes, nobody waits for it, and its handle goes back.
  co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
  co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
  CHECK(world.server.open_handles() == 0);
  CHECK(connection.waiting() == 0);
}

Task<> abandon_an_answered_open(World& world, Connection& connection) {
  test::write_whole(world.directory.path() / "a", "x");
  {
    const Connection::Pending forgotten = ask_open(connection, in(world, "a"));
    co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
    CHECK(world.server.open_handles() == 1);
  }
  co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
  CHECK(world.server.open_handles() == 0);
}

Task<> abandon_a_handle_that_cannot_be_read(World& world, Connection& connection) {
  test::write_whole(world.directory.path() / "a", "x");
  world.held = true;
  {
    const Connection::Pending forgotten = ask_open(connection, in(world, "a"));
    co_await sleep_for(std::chrono::milliseconds(5));
    const std::string id = world.waiting.substr(5, 4);  // behind length and type
    world.channel->say(std::string("\0\0\0\x09\x66", 5) + id + "\xff\xff\xff\xff");
    co_await sleep_for(std::chrono::milliseconds(5));
  }
  world.waiting.clear();
  world.held = false;
  const auto found = co_await find_attributes(ask_stat(connection, in(world, "a")), {"stat", "a"});
  CHECK(found);
}

Task<> fail_all(World& world, Connection& connection) {
  world.held = true;
  Connection::Pending one = ask_stat(connection, in(world, "a"));
  Connection::Pending two = ask_stat(connection, in(world, "b"));
  world.channel->say(std::string("\0\0\0\x09\x65\0\0\x99\x99\0\0\0\0", 13));
  const auto first = co_await failure_of(find_attributes(std::move(one), {"stat", "a"}));
  const auto second = co_await failure_of(find_attributes(std::move(two), {"stat", "b"}));
  CHECK(first == ErrorCode::protocol);
  CHECK(second == ErrorCode::protocol);
  CHECK(connection.failed());
  std::optional<ErrorCode> after;
  try {
    ask_stat(connection, "c");
  } catch (const Error& error) {
    after = error.code();
  }
  CHECK(after == ErrorCode::protocol);
}

Task<> wait_for_nothing(World& world, Connection& connection) {
  world.held = true;
  const auto code = co_await failure_of(find_attributes(ask_stat(connection, "a"), {"stat", "a"}));
  CHECK(code == ErrorCode::timeout);
}

Task<> many_at_once(World& world, Connection& connection) {
  test::write_whole(world.directory.path() / "a", "x");
  std::vector<Connection::Pending> asked;
  for (int i = 0; i < 3000; ++i)
    asked.push_back(ask_stat(connection, in(world, i % 2 == 0 ? "a" : "none")));
  CHECK(connection.waiting() == 3000);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto found = co_await find_attributes(std::move(asked[i]), {"stat", "a"});
    CHECK(found.has_value() == (i % 2 == 0));
  }
  CHECK(connection.waiting() == 0);
}

}  // namespace

TEST_CASE("a file is read by requests that travel together") {
  for (const std::size_t piece : {1UL, 7UL, 1UL << 20U}) {
    World world;
    world.piece = piece;
    with_world(world, read_a_file);
  }
}

TEST_CASE("S11: a handle that nobody waits for any more is closed") {
  World world;
  with_world(world, abandon_an_open);
  World other;
  with_world(other, abandon_an_answered_open);
}

TEST_CASE("a handle that nobody waits for and nobody can read harms nobody") {
  World world;
  with_world(world, abandon_a_handle_that_cannot_be_read);
}

TEST_CASE("S6: an answer that was not asked for fails all that wait") {
  World world;
  with_world(world, fail_all);
}

TEST_CASE("S10: a server that falls silent is a timeout") {
  World world;
  ConnectionOptions options;
  options.idle_timeout = std::chrono::milliseconds(80);
  with_world(world, wait_for_nothing, options);
}

TEST_CASE("thousands of requests are under way at once") {
  World world;
  with_world(world, many_at_once);
}

TEST_CASE("a server of another version, or none at all, is told as such") {
  const auto greeting = [](std::string words) {
    return test::error_of([words](Runtime& runtime) -> Task<> {
      return [](Runtime& r, std::string said) -> Task<> {
        auto channel = std::make_unique<ScriptedChannel>(r.executor(), nullptr);
        channel->say(said);
        channel->end();
        ConnectionOptions options;
        options.subject = "sftp://lab";
        co_await Connection::open(r, OpContext{}, std::move(channel), options);
      }(runtime, words);
    });
  };
  CHECK(greeting(std::string("\0\0\0\x05\x02\0\0\0\x06", 9))->code() == ErrorCode::unsupported);
  CHECK(greeting("SSH-2.0-OpenSSH\r\n")->code() == ErrorCode::protocol);
  CHECK(greeting("")->code() == ErrorCode::network);
  CHECK(greeting(std::string("\0\0\0\x09\x65\0\0\0\0\0\0\0\0", 13))->code() == ErrorCode::protocol);
}

TEST_CASE("an idle connection is kept open by requests, and found out when it is not") {
  World world;
  test::run([&](Runtime& runtime) -> Task<> {
    ConnectionOptions options;
    options.keepalive = std::chrono::milliseconds(40);
    options.idle_timeout = std::chrono::milliseconds(400);
    const auto connection = co_await world.connect(runtime, options);
    co_await sleep_for(std::chrono::milliseconds(300));
    CHECK_FALSE(connection->failed());
    world.held = true;
    for (int i = 0; i < 100 && !connection->failed(); ++i)
      co_await sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(world.waiting.empty());
    CHECK(connection->failed());
    co_await connection->close();
  });
}

}  // namespace sluice::sftp
