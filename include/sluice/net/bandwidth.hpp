#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice::net {

/// Bytes a second in each direction; nullopt: no limit.
struct BandwidthRate {
  std::optional<std::uint64_t> up, down;
  friend bool operator==(const BandwidthRate&, const BandwidthRate&) = default;
};

/// A limit that may change with the time of day (local time), as rclone's --bwlimit: "1M",
/// "10M:100k" (up:down), "off", or a timetable "08:00,512k 12:00,10M:1M 23:00,off", also with week
/// days "Mon-08:00,1M".
struct BandwidthTimetable {
  struct Entry {
    int minute_of_week = 0;  ///< From Sunday 00:00.
    BandwidthRate rate;
  };
  std::vector<Entry>
      entries;  ///< In order; the last one before a moment holds, wrapping round the week.

  BandwidthRate at(int minute_of_week) const;
};

/// Throws Error{invalid_input} naming the part that is wrong.
BandwidthTimetable parse_bandwidth(std::string_view text);

enum class Direction : bool { up, down };

/// A token bucket for each direction, shared by everything that moves bytes. Lives on the loop.
class Bandwidth {
 public:
  Bandwidth(Runtime& runtime, BandwidthTimetable timetable);
  ~Bandwidth();
  /// Whether `direction` is limited just now (so that the hot path can skip the wait).
  bool limited(Direction direction);
  /// Waits until `bytes` may pass; asked in pieces of at most 64 KiB for smoothness.
  Task<> pass(Direction direction, std::size_t bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::net
