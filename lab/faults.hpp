#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/random.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// What goes wrong on purpose. Plain values; changed while the server runs through the control
/// address.
struct Faults {
  Duration latency{};              ///< Before each answer.
  double error_rate = 0;           ///< Share of requests answered 500 InternalError.
  double slowdown_rate = 0;        ///< Share of requests answered 503 SlowDown.
  std::optional<int> retry_after;  ///< Seconds, sent with those answers.
};

/// Sets a fault by its option's name ("latency", "20ms"). Throws Error{invalid_input} for an
/// unknown name or a bad value.
void set_fault(Faults& faults, std::string_view name, std::string_view value);
std::string json(const Faults& faults);

/// What happens to one request, drawn once when its head has arrived. The exchange consults it at
/// its defined points: before the request is looked at (`refusal`), and before the answer is sent
/// (`delay`).
struct RequestFaults {
  enum class Refusal : std::uint8_t { none, internal_error, slow_down };
  Refusal refusal = Refusal::none;
  Duration delay{};
  std::optional<int> retry_after;
};

RequestFaults draw(const Faults& faults, RandomSource& random);

}  // namespace sluice::lab
