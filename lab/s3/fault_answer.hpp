#pragma once

#include "faults/request_faults.hpp"
#include "s3/error.hpp"
#include "s3/request.hpp"

namespace sluice::lab {

/// The error that a fault makes up for this request. An empty code stands for a bare status.
S3Error made_up_error(const FaultAnswer& answer, const S3Request& request,
                      std::string_view home_region);

}  // namespace sluice::lab
