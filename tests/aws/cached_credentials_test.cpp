#include "aws/cached_credentials.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "aws/manual_clock.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/codec/date.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::aws;
using namespace std::chrono_literals;

namespace {

/// A source that counts, waits and fails as told.
struct Source {
  std::shared_ptr<test::ManualClock> clock =
      std::make_shared<test::ManualClock>(codec::parse_iso8601("2025-05-28T10:00:00Z").value());
  int calls = 0;
  int running = 0;
  Duration wait = 1ms;
  std::optional<Duration> lifetime = 1h;
  std::optional<Error> failure;
};

Task<Credentials> fetch(Source* source) {
  ++source->calls;
  CHECK(++source->running == 1);
  if (source->wait > Duration::zero()) co_await sleep_for(source->wait);
  --source->running;
  if (source->failure) throw *source->failure;
  Credentials credentials;
  credentials.access_key_id = "key" + std::to_string(source->calls);
  credentials.source = "test";
  if (source->lifetime) credentials.expires = source->clock->now() + *source->lifetime;
  co_return credentials;
}

std::shared_ptr<CredentialsProvider> provider_of(Runtime& runtime, Source* source) {
  return make_cached_credentials(runtime, [source](OpContext) { return fetch(source); });
}

template <class Body>
void run_with(Source& source, Body body) {
  RuntimeOptions options;
  options.clock = source.clock;
  test::run([&](Runtime& runtime) { return body(runtime, &source); }, std::move(options));
}

Task<std::string> key_from(std::shared_ptr<CredentialsProvider> provider, OpContext context = {}) {
  const auto credentials = co_await provider->get(std::move(context));
  co_return credentials->access_key_id;
}

Task<> note_key(std::shared_ptr<CredentialsProvider> provider, OpContext context,
                std::string* out) {
  try {
    *out = co_await key_from(std::move(provider), std::move(context));
  } catch (const Error& error) {
    *out = name_of(error.code());
  }
}

}  // namespace

TEST_CASE("cached credentials: concurrent callers share one fetch, later ones its result") {
  Source source;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    std::string keys[3];
    TaskGroup group(runtime.executor());
    for (auto& key : keys)
      group.spawn(note_key(provider, {}, &key));
    co_await group.join();
    for (const auto& key : keys)
      CHECK(key == "key1");
    state->clock->advance(40min);
    const auto later = co_await key_from(provider);
    CHECK(later == "key1");
    CHECK(state->calls == 1);
  });
}

TEST_CASE("cached credentials: 15 minutes before the end they are refreshed beside the callers") {
  Source source;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    co_await key_from(provider);
    state->clock->advance(46min);
    const auto early = co_await key_from(provider);
    CHECK(early == "key1");
    co_await sleep_for(20ms);
    CHECK(state->calls == 2);
    const auto late = co_await key_from(provider);
    CHECK(late == "key2");
  });
}

TEST_CASE("cached credentials: a failed background refresh is not felt, nor repeated at once") {
  Source source;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    co_await key_from(provider);
    state->failure = Error(ErrorCode::network, "fetch", "", "down");
    state->clock->advance(46min);
    for (int i = 0; i < 5; ++i) {
      const auto key = co_await key_from(provider);
      CHECK(key == "key1");
      co_await sleep_for(5ms);
    }
    CHECK(state->calls == 2);
    state->clock->advance(5min);
    std::string key;
    co_await note_key(provider, {}, &key);
    CHECK(key == "network");
    state->failure.reset();
    co_await note_key(provider, {}, &key);
    CHECK(key == "key4");
  });
}

TEST_CASE("cached credentials: 10 minutes before the end callers wait for new ones") {
  Source source;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    co_await key_from(provider);
    state->clock->advance(51min);
    const auto key = co_await key_from(provider);
    CHECK(key == "key2");
  });
}

TEST_CASE("cached credentials: a cancelled or late caller does not stop the fetch for the others") {
  Source source;
  source.wait = 40ms;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    std::string hasty, patient, cancelled_one;
    TaskGroup others(runtime.executor());
    others.spawn(note_key(provider, {}, &cancelled_one));
    TaskGroup group(runtime.executor());
    const OpContext soon = OpContext{}.shortened_to(std::chrono::steady_clock::now() + 5ms);
    group.spawn(note_key(provider, soon, &hasty));
    group.spawn(note_key(provider, {}, &patient));
    co_await sleep_for(2ms);
    others.cancel();
    co_await others.join();
    co_await group.join();
    CHECK(cancelled_one == "cancelled");
    CHECK(hasty == "timeout");
    CHECK(patient == "key1");
    CHECK(state->calls == 1);
  });
}

TEST_CASE("cached credentials: what the peer called expired is replaced once") {
  Source source;
  source.lifetime = std::nullopt;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    const auto old = co_await provider->get({});
    provider->invalidate(old);
    const auto fresh = co_await provider->get({});
    CHECK(fresh->access_key_id == "key2");
    provider->invalidate(old);  // a second caller with the old ones
    const auto same = co_await provider->get({});
    CHECK(same == fresh);
    CHECK(state->calls == 2);
  });
}

TEST_CASE("cached credentials: a failure goes to all who wait, the next caller tries again") {
  Source source;
  source.failure = Error(ErrorCode::unauthenticated, "fetch", "", "no");
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    std::string keys[2];
    TaskGroup group(runtime.executor());
    for (auto& key : keys)
      group.spawn(note_key(provider, {}, &key));
    co_await group.join();
    for (const auto& key : keys)
      CHECK(key == "unauthenticated");
    CHECK(state->calls == 1);
    state->failure.reset();
    const auto key = co_await key_from(provider);
    CHECK(key == "key2");
  });
}

TEST_CASE("cached credentials: those that have expired already are refused") {
  Source source;
  source.lifetime = -1s;
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    std::string key;
    co_await note_key(provider_of(runtime, state), {}, &key);
    CHECK(key == "unauthenticated");
  });
}

TEST_CASE("cached credentials: a closing runtime does not leave callers waiting") {
  Source source;
  source.wait = 10s;
  const auto begin = std::chrono::steady_clock::now();
  run_with(source, [](Runtime& runtime, Source* state) -> Task<> {
    const auto provider = provider_of(runtime, state);
    std::string during, after;
    TaskGroup group(runtime.executor());
    group.spawn(note_key(provider, {}, &during));
    co_await sleep_for(2ms);
    co_await runtime.close();
    co_await group.join();
    CHECK(during == "cancelled");
    co_await note_key(provider, {}, &after);
    CHECK(after == "cancelled");
  });
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("cached credentials: short-lived ones are not fetched for each call") {
  CHECK(refresh_windows(1h).advisory == Duration(15min));
  CHECK(refresh_windows(1h).mandatory == Duration(10min));
  CHECK(refresh_windows(15min).advisory == Duration(450s));
  CHECK(refresh_windows(15min).mandatory == Duration(5min));
  CHECK(refresh_windows(3s).mandatory == Duration(1s));
}
