#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/async/errors.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/sftp/answers.hpp"

namespace {

using namespace sluice;
using sftp::Connection;

void check(bool holds) {
  if (!holds) std::abort();
}

/// Says what the input says, in pieces of the sizes that it gives, and then ends.
class InputChannel final : public sftp::Channel {
 public:
  explicit InputChannel(Bytes input) : rest_(input) {}

  Task<std::size_t> read(MutableBytes buffer) override {
    if (shut_ || rest_.empty()) co_return 0;
    const std::size_t wanted = 1 + static_cast<std::size_t>(rest_.front()) % 64;
    rest_ = rest_.subspan(1);
    const std::size_t count = std::min({wanted, rest_.size(), buffer.size()});
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    co_return count;
  }
  Task<> write(Bytes) override { co_return; }
  void shut() override { shut_ = true; }
  Task<> close() override { co_return; }

 private:
  Bytes rest_;
  bool shut_ = false;
};

/// Every request ends once: with an answer, or with an error of the kinds that are documented.
template <class T>
Task<> must_end(Task<T> task, int* ended) {
  std::optional<Error> failure;
  try {
    co_await std::move(task);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) check(failure->code() != ErrorCode::cancelled);
  ++*ended;
}

Connection::Pending ask(Connection& connection, bool opens) {
  const auto encode = [](sftp::requests::Buffer& out, std::uint32_t id) {
    sftp::requests::realpath(out, id, "x");
  };
  return opens ? connection.send_open(encode) : connection.send(encode);
}

Task<> use(Connection& connection) {
  int ended = 0;
  std::array<std::byte, 100> data;
  try {
    Connection::Pending names = ask(connection, false), handle = ask(connection, true);
    Connection::Pending bytes = connection.read("h", 0, data);
    Connection::Pending status = ask(connection, false);
    {
      const Connection::Pending forgotten = ask(connection, true);
    }
    co_await must_end(sftp::expect_names(std::move(names), {"a", "b"}), &ended);
    co_await must_end(sftp::expect_handle(std::move(handle), {"a", "b"}), &ended);
    co_await must_end(sftp::expect_data(bytes, {"a", "b"}), &ended);
    check(bytes.filled() <= data.size());
    co_await must_end(sftp::expect_status(std::move(status), {"a", "b"}), &ended);
  } catch (const Error& error) {
    check(connection.failed());
    co_return;
  }
  check(ended == 4);
}

Task<> run(Runtime* runtime, Bytes input) {
  std::shared_ptr<Connection> connection;
  try {
    connection =
        co_await Connection::open(*runtime, OpContext{}, std::make_unique<InputChannel>(input), {});
  } catch (const Error&) {
    co_return;
  }
  co_await use(*connection);
  co_await connection->close();
}

}  // namespace

/// A server's bytes against the multiplexer: no request is lost, none ends twice, nothing is held.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asio::io_context loop{1};
  static const auto threads = std::make_shared<LaneThreads>();
  {
    Runtime runtime(loop, {.clock = nullptr, .random = nullptr, .threads = threads, .log = {}});
    const Bytes input(reinterpret_cast<const std::byte*>(data), size);
    asio::co_spawn(loop, run(&runtime, input), [](std::exception_ptr thrown) {
      if (thrown) std::abort();
    });
    loop.run();
    loop.restart();
    asio::co_spawn(loop, runtime.close(), [](std::exception_ptr thrown) {
      if (thrown) std::abort();
    });
    loop.run();
  }
  return 0;
}
