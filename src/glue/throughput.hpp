#pragma once

#include <vector>

#include "sluice/core/clock.hpp"
#include "sluice/glue/file_downloader.hpp"

namespace sluice::glue {

/// How many bytes passed in each second; in longer steps once there are many.
class Throughput {
 public:
  explicit Throughput(const Clock& clock) : clock_(clock) {}

  void passed(std::uint64_t bytes);
  std::vector<ThroughputSample> take() { return std::move(samples_); }

 private:
  static constexpr std::size_t most = 600;

  const Clock& clock_;
  Duration step_ = std::chrono::seconds(1);
  std::vector<ThroughputSample> samples_;
};

}  // namespace sluice::glue
