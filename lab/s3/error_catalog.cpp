#include "s3/error_catalog.hpp"

#include <algorithm>
#include <array>

#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

struct KnownError {
  std::string_view code;
  int status;
  std::string_view message;
};

constexpr std::array<KnownError, 22> known{{
    {"AccessDenied", 403, "Access Denied"},
    {"BadDigest", 400, "The checksum you specified did not match what was received."},
    {"ConditionalRequestConflict", 409, "Another write of this key is under way."},
    {"ExpiredToken", 400, "The provided token has expired."},
    {"IncompleteBody", 400, "The body is shorter than the request announced."},
    {"InternalError", 500, "We encountered an internal error. Please try again."},
    {"InvalidAccessKeyId", 403, "The access key is not known here."},
    {"InvalidObjectState", 403, "The operation is not valid for the object's storage class"},
    {"InvalidToken", 400, "The session token is malformed or not the one expected."},
    {"NoSuchBucket", 404, "There is no such bucket."},
    {"NoSuchKey", 404, "There is no such key."},
    {"NoSuchUpload", 404, "There is no such upload: unknown id, completed or aborted."},
    {"NotImplemented", 501, "This operation is not implemented."},
    {"OperationAborted", 409, "A conflicting operation is under way. Please try again."},
    {"PreconditionFailed", 412, "A precondition of the request does not hold."},
    {"QuotaExceeded", 403, "There is no room left."},
    {"RequestTimeTooSkewed", 403, "The request's time is too far from the server's."},
    {"RequestTimeout", 400, "Your socket connection was not read from or written to in time."},
    {"ServiceUnavailable", 503, "Please reduce your request rate."},
    {"SignatureDoesNotMatch", 403, "The signature calculated by the server is not the one given."},
    {"SlowDown", 503, "Please reduce your request rate."},
    {"TooManyRequests", 429, "Please reduce your request rate."},
}};

const KnownError* find(std::string_view code) {
  const auto* const found = std::ranges::find(known, code, &KnownError::code);
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

bool is_error_code(std::string_view code) {
  return find(code) != nullptr;
}

S3Error error_with_code(std::string_view code) {
  const auto* error = find(code);
  if (!error) throw Error(ErrorCode::invalid_input, "answer", std::string(code), "unknown code");
  return {error->status, std::string(error->code), std::string(error->message)};
}

}  // namespace sluice::lab
