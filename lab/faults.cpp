#include "faults.hpp"

#include <fmt/format.h>

#include <charconv>

#include "sluice/codec/units.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

Error bad_value(std::string_view name, std::string_view value) {
  return {ErrorCode::invalid_input, "set fault", std::string(name),
          fmt::format("'{}' is not a value for it", value)};
}

template <class Number>
Number parse_number(std::string_view name, std::string_view value, Number low, Number high) {
  Number number{};
  const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (code != std::errc{} || end != value.data() + value.size() ||
      !(number >= low && number <= high))
    throw bad_value(name, value);
  return number;
}

}  // namespace

void set_fault(Faults& faults, std::string_view name, std::string_view value) {
  if (name == "latency") {
    const auto latency = codec::parse_duration(value);
    if (!latency) throw bad_value(name, value);
    faults.latency = *latency;
  } else if (name == "error-rate") {
    faults.error_rate = parse_number(name, value, 0.0, 1.0);
  } else if (name == "slowdown-rate") {
    faults.slowdown_rate = parse_number(name, value, 0.0, 1.0);
  } else if (name == "retry-after") {
    faults.retry_after = parse_number(name, value, 0, 86'400);
  } else {
    throw Error(ErrorCode::invalid_input, "set fault", std::string(name), "there is no such fault");
  }
}

std::string json(const Faults& faults) {
  auto out = fmt::format(R"({{"latency_ms":{},"error-rate":{},"slowdown-rate":{})",
                         std::chrono::duration<double, std::milli>(faults.latency).count(),
                         faults.error_rate, faults.slowdown_rate);
  if (faults.retry_after) out += fmt::format(R"(,"retry-after":{})", *faults.retry_after);
  return out += '}';
}

RequestFaults draw(const Faults& faults, RandomSource& random) {
  RequestFaults drawn{.delay = faults.latency, .retry_after = {}};
  if (faults.error_rate > 0 && random.unit() < faults.error_rate)
    drawn.refusal = RequestFaults::Refusal::internal_error;
  else if (faults.slowdown_rate > 0 && random.unit() < faults.slowdown_rate)
    drawn.refusal = RequestFaults::Refusal::slow_down;
  if (drawn.refusal != RequestFaults::Refusal::none) drawn.retry_after = faults.retry_after;
  return drawn;
}

}  // namespace sluice::lab
