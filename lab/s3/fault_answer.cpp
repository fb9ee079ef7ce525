#include "s3/fault_answer.hpp"

#include <fmt/format.h>

#include "s3/error_catalog.hpp"

namespace sluice::lab {
namespace {

/// Where to go, as S3 says it. Its 301 has no Location.
S3Error region_error(int status, const S3Request& request, const std::string& region) {
  S3Error error(status, "AuthorizationHeaderMalformed",
                fmt::format("The authorization header is malformed; the region is wrong; "
                            "expecting '{}'",
                            region));
  if (status != 400) {
    error.code = status == 301 ? "PermanentRedirect" : "TemporaryRedirect";
    error.message = "Please send requests for this bucket to the endpoint that is named.";
    error.with("Endpoint", std::string(request.field("host"))).with("Bucket", request.bucket);
  }
  const auto& head = *request.head;
  if (status == 307)
    error.with_field("Location",
                     fmt::format("{}{}{}", head.path, head.query.empty() ? "" : "?", head.query));
  error.with("Region", region).with_field("x-amz-bucket-region", region);
  return error;
}

S3Error plain_error(const FaultAnswer& answer) {
  auto error = answer.code.empty() ? S3Error(answer.status, "", "") : error_with_code(answer.code);
  if (answer.form == FaultAnswer::Form::in_200) error.status = 200;
  if (answer.retry_after) error.with_field("Retry-After", fmt::format("{}", *answer.retry_after));
  return error;
}

}  // namespace

S3Error made_up_error(const FaultAnswer& answer, const S3Request& request,
                      std::string_view home_region) {
  if (answer.form == FaultAnswer::Form::expired) return error_with_code("ExpiredToken");
  if (answer.form != FaultAnswer::Form::region) return plain_error(answer);
  return region_error(answer.status, request,
                      answer.region.empty() ? std::string(home_region) : answer.region);
}

}  // namespace sluice::lab
