#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/core/time.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::aws {

// What AWS services answer when they refuse, read and sorted. Pure; callable from any thread.

/// Where a service puts its error: S3 in <Error>, Query services (STS) in <ErrorResponse><Error>,
/// the JSON protocols in "__type" or the header x-amzn-ErrorType.
enum class ErrorFormat : std::uint8_t { xml, json };

/// An error answer as the peer sent it; what was absent is empty.
struct ServiceError {
  int status = 0;
  std::string code;     ///< "NoSuchKey"; without namespace and URL. Empty for HEAD and for what no
                        ///< service wrote.
  std::string message;  ///< The service's, or the first bytes of a body that is not its own format
                        ///< (a proxy's page).
  std::string request_id;  ///< S3: "<request id>/<host id>".
  std::string region;      ///< The region that the bucket is in, if the peer tells (S3).
  std::string endpoint;    ///< The host that the bucket wants to be asked at (S3 redirects).
  std::string string_to_sign, canonical_request;  ///< What the peer signed (SignatureDoesNotMatch);
                                                  ///< may hold the session token.
  std::optional<TimePoint> server_time;
  std::optional<Duration> retry_after;
};

/// Never throws for what the peer sent. `body` may be cut off.
ServiceError parse_service_error(ErrorFormat format, int status, const net::HeaderList& headers,
                                 std::string_view body);

/// The code's class by the peer's word first, by the HTTP status if the word is unknown.
ErrorCode classify(std::string_view server_code, int status);
/// The Error that a client throws: retryable if botocore's standard mode retries it (throttling,
/// transient, 5xx).
Error to_error(const ServiceError& error, std::string operation, std::string subject);

/// The peer asks for fewer requests.
bool is_throttling(std::string_view server_code, int status);
/// The credentials ran out: fetch new ones and try once more.
bool is_expired_credentials(std::string_view server_code);
/// S3: the bucket is elsewhere; ask again in `region` (or find it by HeadBucket if that is empty).
/// `head` tells that the request's answer has no body, so a bare 400 may mean the region.
enum class AnswerBody : bool { present, absent };
bool is_region_redirect(const ServiceError& error, AnswerBody body);

/// How far the peers' clocks are from ours. One for each service and region. Lives on the loop.
class ClockOffset {
 public:
  /// Our time as the peer would tell it: what requests are signed with.
  TimePoint apply(TimePoint now) const { return now + offset_; }
  Duration offset() const { return offset_; }
  /// Called when a request was refused. Adopts the peer's clock and returns true (sign and send
  /// again) if the refusal may come from the clock and the peer's Date is more than four minutes
  /// from apply(now).
  bool adopt(const ServiceError& error, TimePoint now);

 private:
  Duration offset_{};
};

}  // namespace sluice::aws
