#include <algorithm>
#include <array>

#include "sluice/aws/aws_error.hpp"

namespace sluice::aws {
namespace {

struct Known {
  std::string_view server_code;
  ErrorCode code;
};

// Sorted. Codes whose HTTP status says the same are left out.
constexpr auto known = std::to_array<Known>({
    {"AccessDenied", ErrorCode::permission_denied},
    {"AccessDeniedException", ErrorCode::permission_denied},
    {"AllAccessDisabled", ErrorCode::permission_denied},
    {"AlreadyExistsException", ErrorCode::conflict},
    {"AuthFailure", ErrorCode::unauthenticated},
    {"AuthorizationHeaderMalformed", ErrorCode::config},
    {"BadDigest", ErrorCode::integrity},
    {"BandwidthLimitExceeded", ErrorCode::throttled},
    {"BucketAlreadyExists", ErrorCode::conflict},
    {"BucketAlreadyOwnedByYou", ErrorCode::conflict},
    {"ConcurrentModificationException", ErrorCode::conflict},
    {"ConcurrentRunsExceededException", ErrorCode::conflict},
    {"ConditionalRequestConflict", ErrorCode::conflict},
    {"EC2ThrottledException", ErrorCode::throttled},
    {"EntityNotFoundException", ErrorCode::not_found},
    {"ExecutionAlreadyExists", ErrorCode::conflict},
    {"ExecutionDoesNotExist", ErrorCode::not_found},
    {"ExpiredToken", ErrorCode::unauthenticated},
    {"ExpiredTokenException", ErrorCode::unauthenticated},
    {"IDPCommunicationError", ErrorCode::unavailable},
    {"IllegalLocationConstraintException", ErrorCode::config},
    {"IncompleteBody", ErrorCode::network},
    {"IncompleteSignature", ErrorCode::unauthenticated},
    {"IncompleteSignatureException", ErrorCode::unauthenticated},
    {"InternalError", ErrorCode::unavailable},
    {"InternalFailure", ErrorCode::unavailable},
    {"InternalServerError", ErrorCode::unavailable},
    {"InternalServerException", ErrorCode::unavailable},
    {"InternalServiceError", ErrorCode::unavailable},
    {"InternalServiceException", ErrorCode::unavailable},
    {"InvalidAccessKeyId", ErrorCode::unauthenticated},
    {"InvalidClientTokenId", ErrorCode::unauthenticated},
    {"InvalidSignatureException", ErrorCode::unauthenticated},
    {"InvalidToken", ErrorCode::unauthenticated},
    {"KmsThrottlingException", ErrorCode::throttled},
    {"LimitExceededException", ErrorCode::throttled},
    {"MissingAuthenticationToken", ErrorCode::unauthenticated},
    {"MissingAuthenticationTokenException", ErrorCode::unauthenticated},
    {"ModelNotReadyException", ErrorCode::unavailable},
    {"ModelTimeoutException", ErrorCode::timeout},
    {"NoSuchBucket", ErrorCode::not_found},
    {"NoSuchKey", ErrorCode::not_found},
    {"NoSuchUpload", ErrorCode::not_found},
    {"NotImplemented", ErrorCode::unsupported},
    {"NotSignedUp", ErrorCode::permission_denied},
    {"OperationAborted", ErrorCode::conflict},
    {"OperationTimeoutException", ErrorCode::timeout},
    {"PermanentRedirect", ErrorCode::config},
    {"PreconditionFailed", ErrorCode::conflict},
    {"PriorRequestNotComplete", ErrorCode::unavailable},
    {"ProvisionedThroughputExceededException", ErrorCode::throttled},
    {"QuotaExceeded", ErrorCode::no_space},
    {"RequestExpired", ErrorCode::unauthenticated},
    {"RequestInTheFuture", ErrorCode::unauthenticated},
    {"RequestLimitExceeded", ErrorCode::throttled},
    {"RequestThrottled", ErrorCode::throttled},
    {"RequestThrottledException", ErrorCode::throttled},
    {"RequestTimeTooSkewed", ErrorCode::unauthenticated},
    {"RequestTimeout", ErrorCode::timeout},
    {"RequestTimeoutException", ErrorCode::timeout},
    {"ResourceNotFoundException", ErrorCode::not_found},
    {"ResourceNumberLimitExceededException", ErrorCode::no_space},
    {"RestoreAlreadyInProgress", ErrorCode::conflict},
    {"ServiceQuotaExceededException", ErrorCode::no_space},
    {"ServiceUnavailable", ErrorCode::unavailable},
    {"ServiceUnavailableException", ErrorCode::unavailable},
    {"SignatureDoesNotMatch", ErrorCode::unauthenticated},
    {"SlowDown", ErrorCode::throttled},
    {"StateMachineDoesNotExist", ErrorCode::not_found},
    {"ThrottledException", ErrorCode::throttled},
    {"Throttling", ErrorCode::throttled},
    {"ThrottlingException", ErrorCode::throttled},
    {"TokenRefreshRequired", ErrorCode::unauthenticated},
    {"TooManyRequestsException", ErrorCode::throttled},
    {"TransactionInProgressException", ErrorCode::throttled},
    {"UnauthorizedException", ErrorCode::unauthenticated},
    {"UnknownOperationException", ErrorCode::unsupported},
    {"UnrecognizedClientException", ErrorCode::unauthenticated},
    {"XAmzContentChecksumMismatch", ErrorCode::integrity},
    {"XAmzContentSHA256Mismatch", ErrorCode::integrity},
    {"XMinioStorageFull", ErrorCode::no_space},
});
static_assert(std::ranges::is_sorted(known, {}, &Known::server_code));

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::permission_denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 405:
    case 501:
      return ErrorCode::unsupported;
    case 304:
    case 409:
    case 412:
      return ErrorCode::conflict;
    case 408:
      return ErrorCode::timeout;
    case 429:
      return ErrorCode::throttled;
    case 507:
      return ErrorCode::no_space;
    default:
      break;
  }
  if (status >= 500) return ErrorCode::unavailable;
  if (status >= 400) return ErrorCode::invalid_input;
  if (status >= 300) return ErrorCode::config;  // a redirect: asked at the wrong place
  // An error inside a success: S3 began its answer before it knew, and asks to be treated as if it
  // had said 500.
  return ErrorCode::unavailable;
}

}  // namespace

ErrorCode classify(std::string_view server_code, int status) {
  const auto place = std::ranges::lower_bound(known, server_code, {}, &Known::server_code);
  if (place != known.end() && place->server_code == server_code) return place->code;
  return code_of_status(status);
}

bool is_throttling(std::string_view server_code, int status) {
  return classify(server_code, status) == ErrorCode::throttled;
}

bool is_expired_credentials(std::string_view server_code) {
  static constexpr std::array<std::string_view, 3> codes = {"ExpiredToken", "ExpiredTokenException",
                                                            "TokenRefreshRequired"};
  return std::ranges::find(codes, server_code) != codes.end();
}

}  // namespace sluice::aws
