#include "sluice/aws/aws_error.hpp"

#include <doctest/doctest.h>

#include "sluice/codec/date.hpp"

using namespace sluice;
using namespace sluice::aws;
using namespace std::chrono_literals;

namespace {

using Headers = std::initializer_list<net::HeaderList::Field>;

ServiceError parse(ErrorFormat format, int status, std::string_view body, Headers fields = {}) {
  net::HeaderList headers;
  for (const auto& [name, value] : fields)
    headers.add(name, value);
  return parse_service_error(format, status, headers, body);
}

TimePoint at(std::string_view text) {
  return codec::parse_iso8601(text).value();
}

}  // namespace

TEST_CASE("aws error: S3's XML") {
  const auto error = parse(
      ErrorFormat::xml, 404,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The "
      "specified key "
      "does not "
      "exist.</Message><Key>a&amp;b</Key><RequestId>R1</RequestId><HostId>H1</HostId></Error>",
      {{"x-amz-request-id", "R1"}, {"x-amz-id-2", "H1"}});
  CHECK(error.code == "NoSuchKey");
  CHECK(error.message == "The specified key does not exist.");
  CHECK(error.request_id == "R1/H1");
  const Error thrown = to_error(error, "get object", "s3://b/a&b");
  CHECK(thrown.code() == ErrorCode::not_found);
  CHECK(thrown.status() == 404);
  CHECK(thrown.server_code() == "NoSuchKey");
  CHECK_FALSE(thrown.retryable());
}

TEST_CASE("aws error: STS's XML") {
  const auto error =
      parse(ErrorFormat::xml, 403,
            "<ErrorResponse "
            "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
            "<Code>AccessDenied</Code><Message>no</Message></Error><RequestId>Q</RequestId></"
            "ErrorResponse>");
  CHECK(error.code == "AccessDenied");
  CHECK(error.message == "no");
  CHECK(error.request_id == "Q");
  CHECK(to_error(error, "assume role", "r").code() == ErrorCode::permission_denied);
}

TEST_CASE("aws error: the JSON protocols' places for the code") {
  const struct {
    std::string_view body, header, code, message;
  } cases[] = {
      {R"({"__type":"com.amazonaws.glue#EntityNotFoundException","Message":"gone"})", "",
       "EntityNotFoundException", "gone"},
      {R"({"__type":"ThrottlingException:http://internal.example/x","message":"Rate exceeded"})",
       "", "ThrottlingException", "Rate exceeded"},
      {R"({"message":"slow"})", "ThrottlingException:http://x/", "ThrottlingException", "slow"},
      {R"({"code":"ValidationException"})", "", "ValidationException", ""},
      {"", "AccessDeniedException", "AccessDeniedException", ""},
      {R"({"error":"invalid_grant","error_description":"used up"})", "InvalidGrantException",
       "InvalidGrantException", "used up"},
  };
  for (const auto& [body, header, code, message] : cases) {
    CAPTURE(body);
    const auto error = header.empty()
                           ? parse(ErrorFormat::json, 400, body)
                           : parse(ErrorFormat::json, 400, body, {{"X-Amzn-ErrorType", header}});
    CHECK(error.code == code);
    CHECK(error.message == message);
  }
}

TEST_CASE("aws error: a JSON service's XML answer is still understood") {
  const auto error = parse(
      ErrorFormat::json, 403,
      "<ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error>"
      "</Errors><RequestID>x</RequestID></ErrorResponse>");
  CHECK(error.code == "SignatureDoesNotMatch");
}

TEST_CASE("aws error: what no service wrote keeps the status and its first bytes") {
  const auto page =
      parse(ErrorFormat::xml, 502, "<html><head><title>502 Bad Gateway</title><br></head></html>");
  CHECK(page.code == "");
  CHECK(page.message == "<html><head><title>502 Bad Gateway</title><br></head></html>");
  CHECK(to_error(page, "get", "s").code() == ErrorCode::unavailable);
  CHECK(to_error(page, "get", "s").retryable());
  CHECK(parse(ErrorFormat::xml, 500, std::string(1000, 'x')).message.size() == 200);
  CHECK(parse(ErrorFormat::xml, 500, "a\x1B[31m\xFF\xC3\xA9").message == "a.[31m.\xC3\xA9");
  CHECK(parse(ErrorFormat::json, 500, "  \r\n").message == "");
  CHECK(parse(ErrorFormat::json, 500, "<Error><Code>Cut</Co").message == "<Error><Code>Cut</Co");
  CHECK(parse(ErrorFormat::json, 500, "[1,2]").message == "[1,2]");
}

TEST_CASE("aws error: codes and their classes") {
  const struct {
    std::string_view code;
    int status;
    ErrorCode expected;
    bool retryable;
  } cases[] = {
      {"SlowDown", 503, ErrorCode::throttled, true},
      {"ThrottlingException", 400, ErrorCode::throttled, true},
      {"RequestLimitExceeded", 503, ErrorCode::throttled, true},
      {"ProvisionedThroughputExceededException", 400, ErrorCode::throttled, true},
      {"", 429, ErrorCode::throttled, true},
      {"InternalError", 500, ErrorCode::unavailable, true},
      {"InternalError", 200, ErrorCode::unavailable, true},
      {"", 200, ErrorCode::unavailable, true},
      {"ModelNotReadyException", 429, ErrorCode::unavailable, true},
      {"RequestTimeout", 400, ErrorCode::timeout, true},
      {"", 500, ErrorCode::unavailable, true},
      {"", 503, ErrorCode::unavailable, true},
      {"ExpiredToken", 400, ErrorCode::unauthenticated, false},
      {"InvalidAccessKeyId", 403, ErrorCode::unauthenticated, false},
      {"SignatureDoesNotMatch", 403, ErrorCode::unauthenticated, false},
      {"RequestTimeTooSkewed", 403, ErrorCode::unauthenticated, false},
      {"AccessDenied", 403, ErrorCode::permission_denied, false},
      {"AccessDeniedException", 400, ErrorCode::permission_denied, false},
      {"InvalidObjectState", 403, ErrorCode::permission_denied, false},
      {"", 403, ErrorCode::permission_denied, false},
      {"", 401, ErrorCode::unauthenticated, false},
      {"NoSuchBucket", 404, ErrorCode::not_found, false},
      {"ResourceNotFoundException", 400, ErrorCode::not_found, false},
      {"", 404, ErrorCode::not_found, false},
      {"PreconditionFailed", 412, ErrorCode::conflict, false},
      {"ConcurrentRunsExceededException", 400, ErrorCode::conflict, false},
      {"", 304, ErrorCode::conflict, false},
      {"", 409, ErrorCode::conflict, false},
      {"BadDigest", 400, ErrorCode::integrity, false},
      {"InvalidRange", 416, ErrorCode::invalid_input, false},
      {"NeverHeardOfIt", 400, ErrorCode::invalid_input, false},
      {"NotImplemented", 501, ErrorCode::unsupported, false},
      {"", 405, ErrorCode::unsupported, false},
      {"PermanentRedirect", 301, ErrorCode::config, false},
      {"", 307, ErrorCode::config, false},
      {"", 507, ErrorCode::no_space, false},
  };
  for (const auto& [code, status, expected, retryable] : cases) {
    CAPTURE(code);
    CAPTURE(status);
    CHECK(classify(code, status) == expected);
    ServiceError error;
    error.code = code;
    error.status = status;
    CHECK(to_error(error, "o", "s").retryable() == retryable);
    CHECK(is_throttling(code, status) == (expected == ErrorCode::throttled));
  }
}

TEST_CASE("aws error: which codes ask for new credentials") {
  CHECK(is_expired_credentials("ExpiredToken"));
  CHECK(is_expired_credentials("ExpiredTokenException"));
  CHECK_FALSE(is_expired_credentials("InvalidAccessKeyId"));
  CHECK_FALSE(is_expired_credentials(""));
}

TEST_CASE("aws error: how long the peer asks to wait") {
  const auto wait = [](Headers headers) {
    return parse(ErrorFormat::xml, 503, "", headers).retry_after;
  };
  CHECK(wait({{"Retry-After", "3"}}) == Duration(3s));
  CHECK(wait({{"x-amz-retry-after", "1500"}, {"Retry-After", "9"}}) == Duration(1500ms));
  CHECK(wait({{"x-amz-retry-after", "86400000"}}) == Duration(25s));
  CHECK(wait({{"Retry-After", "999999999999"}}) == Duration(24h));
  CHECK(wait({{"Retry-After", "-1"}}) == std::nullopt);
  CHECK(wait({{"Retry-After", "soon"}}) == std::nullopt);
  CHECK(wait({{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
              {"Retry-After", "Fri, 24 May 2013 00:00:07 GMT"}}) == Duration(7s));
  CHECK(wait({{"Date", "Fri, 24 May 1680 00:00:00 GMT"},
              {"Retry-After", "Fri, 24 May 2250 00:00:07 GMT"}}) == std::nullopt);
}

TEST_CASE("aws error: where a bucket is") {
  const auto moved = parse(ErrorFormat::xml, 301,
                           "<Error><Code>PermanentRedirect</Code><Message>m</"
                           "Message><Endpoint>b.s3.eu-west-1.amazonaws.com"
                           "</Endpoint><Bucket>b</Bucket></Error>",
                           {{"x-amz-bucket-region", "eu-west-1"}});
  CHECK(is_region_redirect(moved, AnswerBody::present));
  CHECK(moved.region == "eu-west-1");
  CHECK(moved.endpoint == "b.s3.eu-west-1.amazonaws.com");
  const auto malformed =
      parse(ErrorFormat::xml, 400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
            "<Region>ap-northeast-1</Region></Error>");
  CHECK(is_region_redirect(malformed, AnswerBody::present));
  CHECK(malformed.region == "ap-northeast-1");
  CHECK_FALSE(is_region_redirect(
      parse(ErrorFormat::xml, 400, "<Error><Code>AuthorizationHeaderMalformed</Code></Error>"),
      AnswerBody::present));
  CHECK(is_region_redirect(parse(ErrorFormat::xml, 400, ""), AnswerBody::absent));
  CHECK_FALSE(is_region_redirect(parse(ErrorFormat::xml, 400, ""), AnswerBody::present));
  CHECK_FALSE(is_region_redirect(parse(ErrorFormat::xml, 404, ""), AnswerBody::absent));
}

TEST_CASE("ClockOffset: a refusal with a clock far off is corrected once") {
  const TimePoint now = at("2025-05-28T10:00:00Z");
  const auto refused = [](std::string_view code, std::string_view date) {
    return parse(ErrorFormat::xml, 403, "<Error><Code>" + std::string(code) + "</Code></Error>",
                 {{"Date", date}});
  };
  ClockOffset offset;
  CHECK_FALSE(offset.adopt(refused("SignatureDoesNotMatch", "Wed, 28 May 2025 10:04:00 GMT"), now));
  CHECK_FALSE(offset.adopt(refused("AccessDenied", "Wed, 28 May 2025 11:00:00 GMT"), now));
  CHECK(offset.apply(now) == now);
  CHECK(offset.adopt(refused("RequestTimeTooSkewed", "Wed, 28 May 2025 11:00:00 GMT"), now));
  CHECK(offset.apply(now) == now + 1h);
  CHECK_FALSE(offset.adopt(refused("RequestTimeTooSkewed", "Wed, 28 May 2025 11:00:02 GMT"), now));
  CHECK(offset.adopt(refused("RequestTimeTooSkewed", "Wed, 28 May 2025 09:00:00 GMT"), now));
  CHECK(offset.apply(now) == now - 1h);
}

TEST_CASE(
    "ClockOffset: HEAD's bare 403 counts, S3's ServerTime stands in for Date, hostile dates do "
    "not") {
  const TimePoint now = at("2025-05-28T10:00:00Z");
  ClockOffset offset;
  CHECK(offset.adopt(parse(ErrorFormat::xml, 403, "", {{"Date", "Wed, 28 May 2025 10:20:00 GMT"}}),
                     now));
  CHECK(offset.offset() == Duration(20min));
  ClockOffset other;
  CHECK(other.adopt(parse(ErrorFormat::xml, 403,
                          "<Error><Code>RequestTimeTooSkewed</"
                          "Code><ServerTime>2025-05-28T10:30:00Z</ServerTime></Error>"),
                    now));
  CHECK(other.offset() == Duration(30min));
  ClockOffset third;
  CHECK_FALSE(third.adopt(
      parse(ErrorFormat::xml, 403, "", {{"Date", "Wed, 28 May 1690 10:20:00 GMT"}}), now));
  CHECK_FALSE(third.adopt(
      parse(ErrorFormat::xml, 403, "<Error><Code>RequestTimeTooSkewed</Code></Error>"), now));
}
