#include <algorithm>
#include <array>

#include "sluice/aws/aws_error.hpp"

namespace sluice::aws {
namespace {

// Services accept 5 to 15 minutes either way; below this a refusal has another reason.
constexpr Duration noticeable_skew = std::chrono::minutes(4);

bool may_come_from_clock(const ServiceError& error) {
  static constexpr std::array<std::string_view, 7> codes = {
      "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure",
      "RequestTimeTooSkewed",      "AccessDeniedException", "RequestExpired",
      "RequestInTheFuture"};
  if (error.code.empty()) return error.status == 403;  // a HEAD says no more
  return std::ranges::find(codes, error.code) != codes.end();
}

}  // namespace

bool ClockOffset::adopt(const ServiceError& error, TimePoint now) {
  if (!error.server_time || !may_come_from_clock(error)) return false;
  const Duration difference = *error.server_time - apply(now);
  if (difference <= noticeable_skew && difference >= -noticeable_skew) return false;
  offset_ = *error.server_time - now;
  return true;
}

}  // namespace sluice::aws
