#include "http/wire_faults.hpp"

#include <doctest/doctest.h>

#include "http/pace.hpp"

using namespace sluice;
using namespace sluice::lab;
using namespace std::chrono_literals;

namespace {

SendPlan plan(WireEnd end, WirePlace place, std::optional<std::uint64_t> at = {}) {
  WireFaults faults;
  faults.end = end;
  faults.place = place;
  faults.at = at;
  faults.extra_bytes = 5;
  return plan_sending(faults, 100, 1000);
}

}  // namespace

TEST_CASE("an answer is cut where the fault says") {
  CHECK(plan(WireEnd::reset, WirePlace::answer).send == 0);
  CHECK(plan(WireEnd::reset, WirePlace::head).send == 50);
  CHECK(plan(WireEnd::close, WirePlace::body).send == 600);
  CHECK(plan(WireEnd::stall, WirePlace::body, 1).send == 101);
  CHECK(plan(WireEnd::stall, WirePlace::body, 5000).send == 1100);
  CHECK(plan(WireEnd::reset, WirePlace::end).send == 1100);
  CHECK(plan(WireEnd::none, WirePlace::body).send == 1100);
}

TEST_CASE("too many bytes are sent only after all the others") {
  CHECK(plan(WireEnd::none, WirePlace::body).extra_bytes == 5);
  CHECK(plan(WireEnd::close, WirePlace::end).extra_bytes == 5);
  CHECK(plan(WireEnd::close, WirePlace::body).extra_bytes == 0);
}

TEST_CASE("a bit is flipped in a body that there is") {
  WireFaults faults;
  faults.corrupt = true;
  CHECK(plan_sending(faults, 100, 10).corrupt_at == 5);
  CHECK(plan_sending(faults, 100, 1).corrupt_at == 0);
  CHECK_FALSE(plan_sending(faults, 100, 0).corrupt_at);
}

TEST_CASE("an upload ends in its middle, or where it is told") {
  WireFaults faults;
  CHECK(upload_bytes_before_end(faults, 1000) == 500);
  CHECK(upload_bytes_before_end(faults, 0) == 0);
  faults.at = 10;
  CHECK(upload_bytes_before_end(faults, 1000) == 10);
  CHECK(upload_bytes_before_end(faults, 5) == 5);
}

TEST_CASE("pace spreads bytes over time and lends nothing") {
  Pace pace;
  const SteadyTime start{1h};
  CHECK(pace.after(500, 1000, start) == start + 500ms);
  CHECK(pace.after(500, 1000, start) == start + 1s);
  CHECK(pace.after(500, 1000, start + 10s) == start + 10s + 500ms);
  CHECK(Pace::step(1) == 1);
  CHECK(Pace::step(20'000) == 1000);
}
