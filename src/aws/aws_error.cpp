#include "sluice/aws/aws_error.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sluice/codec/date.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::aws {
namespace {

// Of a page that some proxy wrote, for the message.
constexpr std::size_t quoted_bytes = 200;

std::string text_of_header(const net::HeaderList& headers, std::string_view name) {
  return std::string(headers.find(name).value_or(""));
}

// "com.amazonaws.glue#EntityNotFoundException:http://..." is EntityNotFoundException.
std::string bare_code(std::string_view text) {
  text = text.substr(0, text.find(':'));
  return std::string(text.substr(text.rfind('#') + 1));  // npos + 1 is 0
}

// What is no text is shown as dots: the message goes into logs and onto terminals.
std::string quoted(std::string_view body) {
  std::string out;
  body = body.substr(0, quoted_bytes);
  while (!body.empty()) {
    const std::size_t size = utf8_sequence_length(body);
    const auto byte = static_cast<unsigned char>(body.front());
    const bool control = byte < 0x20 || byte == 0x7F;
    out += size == 0 || control ? std::string_view(".") : body.substr(0, size);
    body.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

void read_xml(ServiceError& error, std::string_view body) {
  const codec::XmlElement root = codec::parse_xml(body, "error answer");
  const codec::XmlElement* element = &root;
  if (const auto* inner = root.find("Error")) element = inner;  // <ErrorResponse>
  if (const auto* list = root.find("Errors"); list && list->find("Error"))
    element = list->find("Error");  // EC2's form
  error.code = element->text_of("Code");
  error.message = element->text_of("Message");
  error.region = element->text_of("Region");
  error.endpoint = element->text_of("Endpoint");
  error.string_to_sign = element->text_of("StringToSign");
  error.canonical_request = element->text_of("CanonicalRequest");
  error.request_id = element->text_of("RequestId");
  if (error.request_id.empty()) error.request_id = root.text_of("RequestId");
  error.server_time = codec::parse_iso8601(element->text_of("ServerTime"));
}

void read_json(ServiceError& error, std::string_view body) {
  const codec::JsonValue root = codec::parse_json(body, "error answer");
  for (const char* name : {"__type", "code", "Code"}) {
    if (const auto code = root[name].as_string(); code && error.code.empty())
      error.code = bare_code(*code);
  }
  for (const char* name : {"message", "Message", "errorMessage"}) {
    if (const auto message = root[name].as_string(); message && error.message.empty())
      error.message = *message;
  }
  if (error.message.empty())
    error.message = root["error_description"].as_string().value_or("");  // SSO OIDC
}

void read_body(ServiceError& error, ErrorFormat format, std::string_view body) {
  const std::size_t begin = std::min(body.find_first_not_of(" \t\r\n"), body.size());
  if (begin == body.size()) return;
  try {
    // Moto and some gateways answer JSON services in XML, so the first character decides before the
    // protocol does.
    const bool xml = body[begin] == '<' || (format == ErrorFormat::xml && body[begin] != '{');
    const auto read = xml ? read_xml : read_json;
    read(error, body.substr(begin));
  } catch (const Error&) {
    // No service wrote this; the status decides and the beginning of the body is the message.
  }
  if (error.code.empty() && error.message.empty()) error.message = quoted(body.substr(begin));
}

// A date that some clock may show; the difference of two such dates does not overflow.
std::optional<TimePoint> plausible(std::optional<TimePoint> time) {
  using namespace std::chrono;
  if (time && *time >= sys_days(year(1970) / 1 / 1) && *time < sys_days(year(2200) / 1 / 1))
    return time;
  return std::nullopt;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || rest != end || text.empty()) return std::nullopt;
  return number;
}

std::optional<Duration> retry_after(const net::HeaderList& headers,
                                    std::optional<TimePoint> server_time) {
  using namespace std::chrono;
  constexpr std::int64_t limit = 86400;  // seconds; nobody waits longer, and no product overflows
  if (const auto ms = number_of(headers.find("x-amz-retry-after").value_or("")); ms && *ms >= 0) {
    // The SDKs heed it up to 5 s over the delay of their own, which is 20 s at most.
    constexpr std::int64_t longest = 25'000;
    return milliseconds(std::min(*ms, longest));
  }
  const std::string_view text = headers.find("Retry-After").value_or("");
  if (const auto wait = number_of(text); wait && *wait >= 0) return seconds(std::min(*wait, limit));
  const auto date = plausible(codec::parse_http_date(text));
  if (!date || !server_time || *date < *server_time) return std::nullopt;
  return std::min<Duration>(*date - *server_time, seconds(limit));
}

void read_headers(ServiceError& error, const net::HeaderList& headers) {
  if (error.code.empty()) error.code = bare_code(text_of_header(headers, "x-amzn-ErrorType"));
  if (const auto region = headers.find("x-amz-bucket-region")) error.region = *region;
  for (const char* name : {"x-amz-request-id", "x-amzn-RequestId"}) {
    if (const auto id = headers.find(name)) error.request_id = *id;
  }
  if (const auto host_id = headers.find("x-amz-id-2"))
    error.request_id.append("/").append(*host_id);
  if (const auto date = codec::parse_http_date(headers.find("Date").value_or("")))
    error.server_time = date;
  error.server_time = plausible(error.server_time);
  error.retry_after = retry_after(headers, error.server_time);
}

}  // namespace

ServiceError parse_service_error(ErrorFormat format, int status, const net::HeaderList& headers,
                                 std::string_view body) {
  ServiceError error;
  error.status = status;
  read_body(error, format, body);
  read_headers(error, headers);
  return error;
}

Error to_error(const ServiceError& error, std::string operation, std::string subject) {
  const ErrorCode code = classify(error.code, error.status);
  std::string message =
      error.message.empty() ? "the service refused without a message" : error.message;
  Error result(code, std::move(operation), std::move(subject), std::move(message));
  result.with_server(error.code, error.request_id);
  if (error.status != 0) result.with_status(error.status);
  if (error.retry_after) result.with_retry_after(*error.retry_after);
  return result;
}

bool is_region_redirect(const ServiceError& error, AnswerBody body) {
  if (error.status == 301 || error.status == 302 || error.status == 307 || error.status == 308)
    return true;
  if (error.code == "PermanentRedirect" || error.code == "IllegalLocationConstraintException")
    return true;
  if (error.code == "AuthorizationHeaderMalformed") return !error.region.empty();
  return body == AnswerBody::absent && error.status == 400;
}

}  // namespace sluice::aws
