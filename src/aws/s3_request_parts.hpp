#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "sluice/aws/s3_requests.hpp"

namespace sluice::aws {

inline constexpr std::string_view s3_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A query text that grows name by name; values are encoded once, as S3 signs them.
class QueryText {
 public:
  QueryText& flag(std::string_view name) { return begin(name); }
  QueryText& add(std::string_view name, std::string_view value);
  QueryText& add(std::string_view name, std::unsigned_integral auto value) {
    return add(name, std::to_string(value));
  }
  QueryText& add_if(std::string_view name, std::string_view value) {
    return value.empty() ? *this : add(name, value);
  }
  std::string take() { return std::move(text_); }

 private:
  QueryText& begin(std::string_view name);
  std::string text_;
};

S3Request make_request(std::string_view operation, std::string_view method, S3Location location);
/// `"tag"`, as If-Match wants it.
std::string quoted_tag(std::string_view etag);
void add_condition(net::HeaderList& headers, const WriteCondition& condition);
std::string range_text(const ByteRange& range);
/// "/bucket/key?versionId=..", encoded, for x-amz-copy-source.
std::string copy_source(const S3Location& from, std::string_view version_id);
void append_xml_field(std::string& out, std::string_view name, std::string_view value);

}  // namespace sluice::aws
