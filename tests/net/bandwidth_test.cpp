#include "sluice/net/bandwidth.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <ctime>

#include "sluice/core/error.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"
#include "support/manual_clock.hpp"

using namespace sluice;
using net::BandwidthRate;
using net::parse_bandwidth;

namespace {

constexpr int at_time(int day, int hour, int minute) {
  return (day * 24 + hour) * 60 + minute;
}
BandwidthRate both(std::uint64_t rate) {
  return {rate, rate};
}

}  // namespace

TEST_CASE("Bandwidth: a single rate holds always, for one direction or both") {
  CHECK(parse_bandwidth("1M").at(0) == both(1 << 20));
  CHECK(parse_bandwidth("10").at(9999) == both(10 << 10));
  CHECK(parse_bandwidth("512b").at(5) == both(512));
  CHECK(parse_bandwidth("10M:100k").at(0) == BandwidthRate{10 << 20, 100 << 10});
  CHECK(parse_bandwidth("off:1M").at(0) == BandwidthRate{std::nullopt, 1 << 20});
  CHECK(parse_bandwidth("off").at(0) == BandwidthRate{});
  CHECK(parse_bandwidth("0").at(0) == BandwidthRate{});
}

TEST_CASE("Bandwidth: a timetable changes by time and day and wraps round the week") {
  const auto daily = parse_bandwidth("08:00,512k 12:00,10M:1M 23:00,off");
  CHECK(daily.at(at_time(3, 8, 0)) == both(512 << 10));
  CHECK(daily.at(at_time(3, 11, 59)) == both(512 << 10));
  CHECK(daily.at(at_time(3, 12, 0)) == BandwidthRate{10 << 20, 1 << 20});
  CHECK(daily.at(at_time(6, 23, 30)) == BandwidthRate{});
  CHECK(daily.at(at_time(0, 7, 59)) == BandwidthRate{});
  const auto weekly = parse_bandwidth("Mon-08:00,1M  Fri-18:30,off");
  CHECK(weekly.at(at_time(0, 12, 0)) == BandwidthRate{});
  CHECK(weekly.at(at_time(1, 7, 59)) == BandwidthRate{});
  CHECK(weekly.at(at_time(3, 0, 0)) == both(1 << 20));
  CHECK(weekly.at(at_time(5, 18, 30)) == BandwidthRate{});
}

TEST_CASE("Bandwidth: malformed limits are refused, naming the part") {
  for (const char* text : {"", "fast", "1M:2M:3M", "8:00,1M", "24:00,1M", "08:60,1M",
                           "Xyz-08:00,1M", "08:00,1M 09:00", "08:00,"}) {
    INFO(text);
    bool refused = false;
    try {
      parse_bandwidth(text);
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::invalid_input;
    }
    CHECK(refused);
  }
}

TEST_CASE("Bandwidth: a limited download takes its time and arrives whole") {
  test::run([](Runtime& runtime) -> Task<> {
    const std::string content(300 << 10, 'x');
    test::ScriptedServer server(runtime, test::always(test::ok(content)));
    net::Http1Options options;
    options.bandwidth = std::make_shared<net::Bandwidth>(runtime, parse_bandwidth("off:1M"));
    const auto client = net::make_http1_client(runtime, options);
    const auto begin = std::chrono::steady_clock::now();
    const std::string body = co_await test::get(*client, server.endpoint());
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(body == content);
    // 300 KiB at 1 MiB/s, less the burst and the last piece.
    CHECK(took > std::chrono::milliseconds(100));
    CHECK(took < std::chrono::seconds(5));
    co_await client->close();
    co_await server.stop();
  });
}

namespace {

// "100k until the next minute, then off", as a timetable of that moment's local time.
std::string off_from_the_next_minute(TimePoint wall) {
  const auto now =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(wall));
  std::tm local{};
  ::localtime_r(&now, &local);
  const int change = (local.tm_hour * 60 + local.tm_min + 1) % (24 * 60);
  const int back = (change + 12 * 60) % (24 * 60);
  return fmt::format("{:02}:{:02},100k {:02}:{:02},off", back / 60, back % 60, change / 60,
                     change % 60);
}

Task<Duration> time_of(net::Bandwidth& bandwidth, int pieces) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < pieces; ++i)
    co_await bandwidth.pass(net::Direction::down, 10 << 10);
  co_return std::chrono::steady_clock::now() - begin;
}

Task<> change_the_rate(Runtime& runtime, test::ManualClock& clock) {
  net::Bandwidth bandwidth(runtime, parse_bandwidth(off_from_the_next_minute(clock.wall)));
  CHECK(bandwidth.limited(net::Direction::down));
  // The clock stands still, so each piece waits for all that went before it: 0.1 s each.
  const Duration limited = co_await time_of(bandwidth, 4);
  CHECK(limited >= std::chrono::milliseconds(300));
  clock.advance(std::chrono::minutes(1));
  CHECK_FALSE(bandwidth.limited(net::Direction::down));
  const Duration free = co_await time_of(bandwidth, 1000);
  CHECK(free < std::chrono::milliseconds(300));
  clock.advance(std::chrono::hours(12));
  CHECK(bandwidth.limited(net::Direction::down));
}

}  // namespace

TEST_CASE("Bandwidth: the rate changes with the time of day while a transfer goes on") {
  const auto clock = std::make_shared<test::ManualClock>();
  const auto body = [&clock](Runtime& runtime) { return change_the_rate(runtime, *clock); };
  RuntimeOptions options;
  options.clock = clock;
  test::run(body, std::move(options));
}
