#pragma once

#include <string>
#include <string_view>

#include "auth/claims.hpp"

namespace sluice::lab {

/// SigV4's canonical request of what was really sent: the path exactly as it came (S3 encodes once
/// and never normalises), the query re-encoded and sorted without its signature. The lab's own
/// reading of AWS's "Signature Version 4 signing process", independent of the client it judges.
std::string canonical_request(const RequestHead& head, const Query& query,
                              const SignatureClaims& claims, std::string_view payload_hash);

std::string string_to_sign(const SignatureClaims& claims, std::string_view canonical);

}  // namespace sluice::lab
