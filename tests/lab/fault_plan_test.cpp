#include "faults/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::lab;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

RequestFacts get(std::string_view key = "k") {
  return {.operation = Operation::get_object,
          .key = key,
          .page = 0,
          .credentials = "me",
          .region = "us-east-1",
          .home_region = "us-east-1"};
}

struct World {
  explicit World(std::vector<std::string> texts, std::uint64_t seed = 0) : plan(seed) {
    set(texts, start);
  }
  void set(const std::vector<std::string>& texts, SteadyTime now) {
    std::vector<FaultRule> rules;
    for (const auto& text : texts)
      rules.push_back(parse_fault(text));
    plan.set(rules, now);
  }
  RequestFaults decide(const RequestFacts& facts, SteadyTime now = start) {
    return plan.decide(facts, now, counts);
  }
  /// One letter a request: 'x' where it is reset.
  std::string resets(int requests) {
    std::string out;
    for (int i = 0; i < requests; ++i)
      out += decide(get()).wire.end == WireEnd::reset ? 'x' : '.';
    return out;
  }
  std::uint64_t count(FaultKind kind) const {
    return counts.by_kind[static_cast<std::size_t>(kind)];
  }

  FaultPlan plan;
  FaultCounts counts;
};

}  // namespace

TEST_CASE("skip, every and count choose by number") {
  CHECK(World({"reset=body"}).resets(5) == "xxxxx");
  CHECK(World({"reset=body,count=2"}).resets(5) == "xx...");
  CHECK(World({"reset=body,skip=2,count=1"}).resets(5) == "..x..");
  CHECK(World({"reset=body,every=3"}).resets(9) == "..x..x..x");
  CHECK(World({"reset=body,skip=1,every=2,count=2"}).resets(9) == "..x.x....");
}

TEST_CASE("a rate chooses the same requests again for the same seed") {
  const auto once = World({"reset=body,rate=0.3"}, 42).resets(1000);
  CHECK(once == World({"reset=body,rate=0.3"}, 42).resets(1000));
  CHECK(once != World({"reset=body,rate=0.3"}, 43).resets(1000));
  const auto hits = std::count(once.begin(), once.end(), 'x');
  CHECK(hits > 230);
  CHECK(hits < 370);
  CHECK(World({"reset=body,rate=0.3,seed=7"}, 1).resets(100) ==
        World({"reset=body,rate=0.3,seed=7"}, 2).resets(100));
}

TEST_CASE("two rules at random do not choose alike") {
  World world({"corrupt,rate=0.5", "wrong-etag,rate=0.5"});
  int differ = 0;
  for (int i = 0; i < 100; ++i) {
    const auto faults = world.decide(get());
    differ += faults.wire.corrupt != faults.wrong_etag;
  }
  CHECK(differ > 20);
}

TEST_CASE("operations, keys and pages that do not fit are not counted") {
  World world({"reset=body,op=PutObject", "stall=body,key=other/", "close=body,page=2"});
  CHECK(world.decide(get()).wire.end == WireEnd::none);
  CHECK(world.decide(get("other/k")).wire.end == WireEnd::stall);
  auto listing = get();
  listing.operation = Operation::list_objects_v2;
  listing.page = 1;
  CHECK(world.decide(listing).wire.end == WireEnd::none);
  listing.page = 2;
  CHECK(world.decide(listing).wire.end == WireEnd::close);
  CHECK(world.count(FaultKind::reset) == 0);
  CHECK(world.counts.struck == 2);
}

TEST_CASE("inside an upload only requests with a body are struck") {
  World world({"reset=upload"});
  CHECK(world.decide(get()).wire.end == WireEnd::none);
  auto put = get();
  put.operation = Operation::upload_part;
  CHECK(world.decide(put).wire.ends_before_effect());
}

TEST_CASE("after and for bound a fault in time") {
  World world({"error=SlowDown,after=10s,for=5s"});
  CHECK_FALSE(world.decide(get(), start + 9s).answer);
  CHECK(world.decide(get(), start + 10s).answer);
  CHECK(world.decide(get(), start + 14s).answer);
  CHECK_FALSE(world.decide(get(), start + 15s).answer);
}

TEST_CASE("a latency range is drawn from evenly, and is no injected failure") {
  World world({"latency=10ms..20ms"});
  Duration low = 1h;
  Duration high{};
  for (int i = 0; i < 200; ++i) {
    const auto delay = world.decide(get()).wire.delay;
    low = std::min(low, delay);
    high = std::max(high, delay);
  }
  CHECK(low >= 10ms);
  CHECK(low < 12ms);
  CHECK(high <= 20ms);
  CHECK(high > 18ms);
  CHECK(world.count(FaultKind::latency) == 200);
  CHECK(world.counts.struck == 0);
}

TEST_CASE("of faults that exclude each other the first that strikes does") {
  World world({"error=SlowDown,every=2", "error=InternalError"});
  CHECK(world.decide(get()).answer->code == "InternalError");
  CHECK(world.decide(get()).answer->code == "SlowDown");
  CHECK(world.count(FaultKind::error) == 2);
  World both({"error=SlowDown", "latency=1s", "reset=body"});
  const auto faults = both.decide(get());
  CHECK(faults.answer);
  CHECK(faults.wire.delay == 1s);
  CHECK(faults.wire.end == WireEnd::reset);
  CHECK(both.counts.struck == 1);
}

TEST_CASE("credentials that expired stay so, and others take their place") {
  World world({"expired-token,skip=2"});
  auto facts = get();
  CHECK_FALSE(world.decide(facts).answer);
  CHECK_FALSE(world.decide(facts).answer);
  for (int i = 0; i < 3; ++i)
    CHECK(world.decide(facts).answer->form == FaultAnswer::Form::expired);
  facts.credentials = "renewed";
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(world.decide(facts).answer);
  facts.credentials = "me";
  CHECK(world.decide(facts).answer);
  facts.credentials = "";
  CHECK_FALSE(world.decide(facts).answer);
  CHECK(world.count(FaultKind::expired_token) == 4);
}

TEST_CASE("who signs for the right region is left alone") {
  World world({"wrong-region=301"});
  CHECK_FALSE(world.decide(get()).answer);
  auto lost = get();
  lost.region = "eu-west-1";
  CHECK(world.decide(lost).answer->status == 301);
  World away({"wrong-region=400,region=eu-west-1"});
  CHECK(away.decide(get()).answer->region == "eu-west-1");
  CHECK_FALSE(away.decide(lost).answer);
}

TEST_CASE("setting a kind replaces that kind only; off takes it away") {
  World world({"reset=body", "corrupt"});
  world.set({"reset=head"}, start);
  auto faults = world.decide(get());
  CHECK(faults.wire.place == WirePlace::head);
  CHECK(faults.wire.corrupt);
  world.set({"reset=off", "latency=0"}, start);
  faults = world.decide(get());
  CHECK(faults.wire.end == WireEnd::none);
  CHECK(faults.wire.corrupt);
  CHECK(world.plan.json() == R"([{"fault":"corrupt","matched":2,"struck":2}])");
  world.plan.clear();
  CHECK(world.plan.empty());
  CHECK(world.plan.json() == "[]");
}
