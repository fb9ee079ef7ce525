#include "sluice/net/bandwidth.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "sluice/async/deadline.hpp"

namespace sluice::net {
namespace {

// What may pass at once after a pause.
constexpr Duration burst = std::chrono::milliseconds(100);

int minute_of_week(TimePoint now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return (local.tm_wday * 24 + local.tm_hour) * 60 + local.tm_min;
}

}  // namespace

struct Bandwidth::State {
  std::shared_ptr<const Clock> clock;
  BandwidthTimetable timetable;
  std::array<SteadyTime, 2> free_at{};  // when the bytes let through so far have had their time
  TimePoint known_minute{};
  BandwidthRate rate;

  std::optional<std::uint64_t> rate_of(Direction direction) {
    // One rate for always needs no clock; else the timetable is asked once a minute.
    const bool fixed = timetable.entries.size() <= 1;
    if (!fixed) refresh(clock->now());
    return direction == Direction::up ? rate.up : rate.down;
  }

  void refresh(TimePoint now) {
    const TimePoint minute = std::chrono::floor<std::chrono::minutes>(now);
    if (minute == known_minute) return;
    known_minute = minute;
    rate = timetable.at(minute_of_week(now));
  }
};

Bandwidth::Bandwidth(Runtime& runtime, BandwidthTimetable timetable)
    : state_(std::make_unique<State>()) {
  state_->clock = runtime.shared_clock();
  state_->timetable = std::move(timetable);
  state_->rate = state_->timetable.at(0);
}

Bandwidth::~Bandwidth() = default;

bool Bandwidth::limited(Direction direction) {
  return state_->rate_of(direction).has_value();
}

Task<> Bandwidth::pass(Direction direction, std::size_t bytes) {
  const auto rate = state_->rate_of(direction);
  if (!rate) co_return;
  const SteadyTime now = state_->clock->steady();
  SteadyTime& free_at = state_->free_at[direction == Direction::up ? 0 : 1];
  const SteadyTime start = std::max(free_at, now - burst);
  const double seconds = static_cast<double>(bytes) / static_cast<double>(*rate);
  free_at = start + std::chrono::duration_cast<SteadyTime::duration>(
                        std::chrono::duration<double>(seconds));
  // These bytes may pass when all before them have had their time; who comes next waits for these.
  if (start > now) co_await sleep_for(start - now);
}

}  // namespace sluice::net
