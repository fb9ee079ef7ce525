#include "glue/throughput.hpp"

namespace sluice::glue {

void Throughput::passed(std::uint64_t bytes) {
  const TimePoint now = clock_.now();
  const bool begins = samples_.empty() || now - samples_.back().time >= step_;
  if (begins && samples_.size() == most) {
    // Pairs become one: half as many, twice as long.
    for (std::size_t i = 0; i < most / 2; ++i)
      samples_[i] = {samples_[2 * i].time, samples_[2 * i].bytes + samples_[2 * i + 1].bytes};
    samples_.resize(most / 2);
    step_ *= 2;
  }
  if (samples_.empty() || now - samples_.back().time >= step_) samples_.push_back({now, 0});
  samples_.back().bytes += bytes;
}

}  // namespace sluice::glue
