#include "aws/s3_request_parts.hpp"

#include "sluice/codec/percent.hpp"
#include "sluice/codec/xml.hpp"

namespace sluice::aws {
namespace {

// What the signing adds.
constexpr std::size_t signing_fields = 5, signed_text = 768;

}  // namespace

QueryText& QueryText::begin(std::string_view name) {
  if (!text_.empty()) text_ += '&';
  text_ += name;
  return *this;
}

QueryText& QueryText::add(std::string_view name, std::string_view value) {
  begin(name);
  text_ += '=';
  codec::append_percent_encoded(text_, value, codec::Slash::encode);
  return *this;
}

std::string to_string(const S3Location& location) {
  if (location.bucket.empty()) return "s3://";
  return "s3://" + location.bucket + "/" + location.key;
}

net::HttpRequest to_http(const S3Request& request, const ServiceEndpoint& place) {
  net::HttpRequest http;
  http.minimum_progress = !request.answers_early;  // white space trickles while the work is done
  http.resend = !request.remembers;
  http.endpoint = place.endpoint;
  http.method = request.method;
  http.target.clear();
  http.target.reserve(place.path_prefix.size() + request.location.key.size() * 5 / 4 +
                      request.query.size() + 2);
  http.target += place.path_prefix;
  http.target += '/';
  codec::append_percent_encoded(http.target, request.location.key, codec::Slash::keep);
  if (!request.query.empty()) {
    http.target += '?';
    http.target += request.query;
  }
  http.headers.reserve(request.headers.size() + signing_fields, signed_text);
  http.headers = request.headers;
  http.body = request.payload();
  return http;
}

S3Request make_request(std::string_view operation, std::string_view method, S3Location location) {
  S3Request request;
  request.operation = operation;
  request.method = method;
  request.location = std::move(location);
  return request;
}

std::string quoted_tag(std::string_view etag) {
  std::string text = "\"";
  text += etag;
  text += '"';
  return text;
}

void add_condition(net::HeaderList& headers, const WriteCondition& condition) {
  if (!condition.if_match.empty()) headers.add("If-Match", quoted_tag(condition.if_match));
  if (condition.if_absent) headers.add("If-None-Match", "*");
}

std::string range_text(const ByteRange& range) {
  std::string text = "bytes=" + std::to_string(range.first) + "-";
  if (range.last) text += std::to_string(*range.last);
  return text;
}

std::string copy_source(const S3Location& from, std::string_view version_id) {
  std::string text = "/" + from.bucket + "/";
  codec::append_percent_encoded(text, from.key, codec::Slash::keep);
  if (!version_id.empty()) {
    text += "?versionId=";
    codec::append_percent_encoded(text, version_id, codec::Slash::encode);
  }
  return text;
}

void append_xml_field(std::string& out, std::string_view name, std::string_view value) {
  out.append("<").append(name).append(">");
  codec::append_xml_escaped(out, value);
  out.append("</").append(name).append(">");
}

}  // namespace sluice::aws
