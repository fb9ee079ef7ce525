#include "net/resolver.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>

#include "sluice/async/deadline.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

net::Addresses addresses_of(std::string host) {
  net::Addresses found;
  run([&](Runtime& runtime) -> Task<> {
    return [](Runtime& loop, std::string name, net::Addresses* out) -> Task<> {
      net::Resolver resolver(loop);
      *out = co_await resolver.resolve(std::move(name));
    }(runtime, host, &found);
  });
  return found;
}

/// Keeps the lane of look-ups busy until it is let go.
class HeldLane {
 public:
  HeldLane(Runtime& runtime, TaskGroup& tasks) { tasks.spawn(hold(runtime, let_go_)); }
  void let_go() { let_go_->set_value(); }

 private:
  using Signal = std::shared_ptr<std::promise<void>>;
  static Task<> hold(Runtime& runtime, Signal signal) {
    auto job = [signal] { signal->get_future().wait_for(std::chrono::seconds(20)); };
    co_await offload(runtime.dns(), job);
  }
  Signal let_go_ = std::make_shared<std::promise<void>>();
};

Task<> look_up(net::Resolver* resolver, bool* done) {
  co_await resolver->resolve("localhost");
  *done = true;
}

/// A look-up whose only caller goes away before it is answered.
Task<> abandon(Runtime& runtime, net::Resolver& resolver) {
  TaskGroup lane(runtime.executor()), callers(runtime.executor());
  HeldLane held(runtime, lane);
  bool done = false;
  callers.spawn(look_up(&resolver, &done));
  co_await sleep_for(std::chrono::milliseconds(20));
  callers.cancel();
  co_await callers.join();
  CHECK_FALSE(done);
  held.let_go();
  co_await lane.join();
  auto behind_it = [] {};
  co_await offload(runtime.dns(), behind_it);
}

Task<> ask_after_abandoning(Runtime& runtime) {
  net::Resolver resolver(runtime);
  co_await abandon(runtime, resolver);
  TaskGroup lane(runtime.executor()), callers(runtime.executor());
  HeldLane held(runtime, lane);
  bool done = false;
  callers.spawn(look_up(&resolver, &done));
  co_await sleep_for(std::chrono::milliseconds(50));
  CHECK_FALSE(done);  // it asks anew, and the lane is held
  held.let_go();
  co_await callers.join();
  co_await lane.join();
  CHECK(done);
}

}  // namespace

TEST_CASE("resolver: an answer that nobody waited for is not given to who asks later") {
  run([](Runtime& runtime) { return ask_after_abandoning(runtime); });
}

TEST_CASE("resolver: names below localhost are this machine, whatever the system knows") {
  for (const char* host :
       {"bucket.localhost", "a.b.localhost", "Bucket.LocalHost", "b.localhost."}) {
    CAPTURE(host);
    const net::Addresses found = addresses_of(host);
    REQUIRE(found.size() == 2);
    for (const auto& address : found)
      CHECK(address.is_loopback());
  }
}

TEST_CASE("resolver: only whole labels count as localhost") {
  for (const char* host : {"localhost", "notlocalhost", ".localhost", "localhost.example",
                           "x.localhost.example", ""}) {
    CAPTURE(host);
    CHECK_FALSE(net::is_below_localhost(host));
  }
}

TEST_CASE("resolver: a server on loopback is reached by a name below localhost") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("here")));
    const auto client = net::make_http1_client(runtime, {});
    net::Endpoint endpoint = server.endpoint();
    endpoint.host = "bucket.localhost";
    const std::string body = co_await get(*client, endpoint);
    CHECK(body == "here");
    co_await client->close();
    co_await server.stop();
  });
}
