#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "require.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/runtime.hpp"
#include "ssh/greeting.hpp"
#include "ssh/opening.hpp"

namespace {

using namespace sluice;

/// Says what the input says, in pieces of the sizes that its first byte gives, and then ends.
class InputWire final : public ssh::Wire {
 public:
  explicit InputWire(Bytes input) : rest_(input) {
    if (rest_.empty()) return;
    piece_ = 1 + static_cast<std::size_t>(rest_.front());
    rest_ = rest_.subspan(1);
  }

  Task<std::size_t> read(MutableBytes buffer) override {
    if (shut_ || rest_.empty()) throw Error(ErrorCode::network, "receive", "input", "it has ended");
    const std::size_t count = std::min({piece_, rest_.size(), buffer.size()});
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    co_return count;
  }
  Task<> write(Bytes) override { co_return; }
  void shut() override { shut_ = true; }

 private:
  Bytes rest_;
  std::size_t piece_ = 1;
  bool shut_ = false;
};

Task<> run(Runtime* runtime, Bytes input) {
  ssh::ConnectorOptions options;
  options.host = "h";
  options.user = "me";
  ssh::HostKeyCheck host_key(*runtime, options);
  co_await host_key.load();
  ssh::KnownSecrets secrets;
  ssh::Session session(*runtime, std::make_unique<InputWire>(input), "sftp://h",
                       std::chrono::seconds(60));
  bool failed = false;
  try {
    co_await ssh::open_session(&session, &host_key, &options, &secrets);
  } catch (const Error& error) {
    failed = error.code() != ErrorCode::cancelled && error.code() != ErrorCode::internal;
  }
  require(failed, "no input proves that it is a host that is not known");
  co_await session.close();
}

}  // namespace

// libssh2 1.10 loses 752 bytes for each server whose signature is wrong, and a recorded one's
// always is. That we lose nothing is what the tests of the handshake look at.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}

/// A server's bytes against the handshake: it ends with one of our errors, and nothing is held.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ssh::read_greeting({reinterpret_cast<const char*>(data), size});
  // Before the threads: what OpenSSL keeps for each is freed as long as OpenSSL is there.
  static const std::string version = ssh::library_facts().version;
  asio::io_context loop{1};
  static const auto threads = std::make_shared<LaneThreads>();
  Runtime runtime(loop, {.clock = nullptr, .random = nullptr, .threads = threads, .log = {}});
  const Bytes input(reinterpret_cast<const std::byte*>(data), size);
  const auto end = [](std::exception_ptr thrown) {
    if (thrown) std::abort();
  };
  asio::co_spawn(loop, run(&runtime, input), end);
  loop.run();
  loop.restart();
  asio::co_spawn(loop, runtime.close(), end);
  loop.run();
  return 0;
}
