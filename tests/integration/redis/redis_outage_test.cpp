#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "integration/redis/redis_opening.hpp"
#include "integration/redis/redis_server.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/state/status_memory.hpp"
#include "state/listed_files.hpp"

using namespace sluice;
using namespace sluice::state::test;
using namespace std::chrono_literals;

namespace {

/// A port on which connections are made and nothing is ever said: nobody accepts them. Once its
/// short queue is full, further ones are not even made.
class SilentPort {
 public:
  SilentPort() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address_;
    REQUIRE(::bind(listener_, generic(), length) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    REQUIRE(::getsockname(listener_, generic(), &length) == 0);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  ~SilentPort() {
    for (const int filler : fillers_)
      ::close(filler);
    ::close(listener_);
  }

  void fill_queue() {
    for (int i = 0; i < 4; ++i) {
      fillers_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(fillers_.back(), generic(), sizeof address_);
    }
    std::this_thread::sleep_for(50ms);
  }

  std::string url(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)) + "/0";
  }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  sockaddr_in address_{};
  int listener_;
  std::vector<int> fillers_;
};

/// Opening with a timeout of 200 ms ends with a timeout, well before a minute.
void check_times_out(const std::string& url) {
  RedisOptions options = parse_redis_url(url);
  options.timeout = 200ms;
  options.patience = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto error =
      sluice::test::error_of([&](Runtime& runtime) { return open_and_close(runtime, options); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::timeout);
  CHECK(std::string_view(error->what()).find("127.0.0.1") != std::string_view::npos);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

FileInfo numbered(int i) {
  return file_at("dir/file-" + std::to_string(i), static_cast<std::uint64_t>(i), "tag");
}

constexpr int files_of_the_job = 300;

Task<> report_slowly(StoredStatusMemory& memory, int first) {
  for (int i = first; i < files_of_the_job; i += 10) {
    co_await memory.report_done(numbered(i));
    co_await sleep_for(5ms);
  }
}

Task<> interrupt(RedisServer& server, Duration pause) {
  co_await sleep_for(30ms);
  server.stop();
  co_await sleep_for(pause);
  server.start();
}

Task<> goes_on_over_a_restart(Runtime& runtime, RedisServer& server) {
  const std::shared_ptr<KeyValueStore> store =
      co_await open_redis_store(runtime, parse_redis_url(server.url()));
  StoredStatusMemory memory(runtime, store, {});
  TaskGroup group(runtime.executor());
  for (int i = 0; i < 10; ++i)
    group.spawn(report_slowly(memory, i));
  group.spawn(interrupt(server, 300ms));
  co_await group.join();
  std::vector<FileInfo> files;
  for (int i = 0; i < files_of_the_job; ++i)
    files.push_back(numbered(i));
  const auto wanted = co_await paths_of(memory.needs_processing(listed(std::move(files))));
  CHECK(wanted.empty());
  const StatusCounts counts = co_await memory.counts();
  CHECK(counts.completed == files_of_the_job);
  co_await store->close();
}

Task<> ends_when_the_server_stays_away(Runtime& runtime, RedisServer& server) {
  RedisOptions options = parse_redis_url(server.url());
  options.retry.max_attempts = 3;
  options.retry.base = 10ms;
  const std::shared_ptr<KeyValueStore> store =
      co_await open_redis_store(runtime, std::move(options));
  StoredStatusMemory memory(runtime, store, {});
  co_await memory.report_done(numbered(1));
  server.stop();
  co_await memory.report_done(numbered(2));
}

}  // namespace

TEST_CASE("RedisStore: a server that takes connections and never answers times out at opening") {
  const SilentPort port;
  check_times_out(port.url("redis"));
  check_times_out(port.url("rediss"));
}

TEST_CASE("RedisStore: a server to which no connection comes about times out at opening") {
  SilentPort port;
  port.fill_queue();
  check_times_out(port.url("redis"));
}

TEST_CASE("a job goes on over a restart of its Redis server, and nothing is forgotten") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  sluice::test::run([&](Runtime& runtime) { return goes_on_over_a_restart(runtime, server); });
}

TEST_CASE("a job whose Redis server stays away ends with an error that names it") {
  RedisServer server;
  const auto error = sluice::test::error_of(
      [&](Runtime& runtime) { return ends_when_the_server_stays_away(runtime, server); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(error->subject() == server.url());
}
