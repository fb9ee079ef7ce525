#pragma once

#include "faults/plan.hpp"
#include "http/exchange.hpp"
#include "sluice/core/clock.hpp"
#include "stats.hpp"

namespace sluice::lab {

/// The control address:
///   GET    /-/lab/stats    the counts, as JSON
///   POST   /-/lab/reset    zeroes them
///   GET    /-/lab/faults   the faults that are set
///   POST   /-/lab/faults   replaces those of the kinds given, in the query or a line each in the
///                          body; "KIND=off" takes a kind away
///   PUT    /-/lab/faults   replaces all
///   DELETE /-/lab/faults   takes all away
/// All or nothing of a request is done.
class ControlService final : public HttpService {
 public:
  ControlService(Stats& stats, FaultPlan& faults, const Clock& clock)
      : stats_(stats), faults_(faults), clock_(clock) {}
  std::unique_ptr<Exchange> begin(const RequestHead& head) override;

  Response answer(const RequestHead& head, std::string_view body);

 private:
  Response answer_faults(const RequestHead& head, std::string_view body);
  void change_faults(const RequestHead& head, std::string_view body);

  Stats& stats_;
  FaultPlan& faults_;
  const Clock& clock_;
};

/// The faults of a text: one a line; empty lines and those that begin with '#' do not count. Throws
/// Error{invalid_input}.
std::vector<FaultRule> parse_fault_lines(std::string_view text);

}  // namespace sluice::lab
