#pragma once

#include "faults.hpp"
#include "http/exchange.hpp"
#include "stats.hpp"

namespace sluice::lab {

/// The control address:
///   GET  /-/lab/stats    the counts, as JSON
///   POST /-/lab/reset    zeroes them
///   GET  /-/lab/faults   the faults, as JSON
///   POST /-/lab/faults?latency=20ms&error-rate=0.02   changes some
class ControlService final : public HttpService {
 public:
  ControlService(Stats& stats, Faults& faults) : stats_(stats), faults_(faults) {}
  std::unique_ptr<Exchange> begin(const RequestHead& head) override;

 private:
  Response answer(const RequestHead& head);
  void change_faults(std::string_view query);

  Stats& stats_;
  Faults& faults_;
};

}  // namespace sluice::lab
