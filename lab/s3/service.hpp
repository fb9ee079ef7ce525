#pragma once

#include <memory>

#include "faults/plan.hpp"
#include "http/exchange.hpp"
#include "s3/request.hpp"
#include "sluice/core/clock.hpp"
#include "stats.hpp"

namespace sluice::lab {

/// S3 over a store. The collaborators outlive the service; `faults` may change between requests.
class S3Service final : public HttpService {
 public:
  struct Parts {
    Store& store;
    RequestCounts& counts;
    FaultPlan& faults;
    FaultCounts& fault_counts;
    RandomSource& random;
    const Clock& clock;
  };

  S3Service(S3Options options, const Parts& parts);
  std::unique_ptr<Exchange> begin(const RequestHead& head) override;

 private:
  friend class S3Exchange;

  S3Options options_;
  Parts parts_;
  S3World world_;
  SignatureVerifier verifier_;
  std::unique_ptr<Storage> documents_;  ///< Where the small bodies of requests go.
};

}  // namespace sluice::lab
