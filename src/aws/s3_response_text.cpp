#include "aws/s3_response_text.hpp"

#include <charconv>

#include "sluice/aws/s3_responses.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorCode::protocol, "parse S3 answer", "",
                "not a number: " + std::string(text.substr(0, 40)));
  }
  return number;
}

std::string decode_form(std::string_view text) {
  auto decoded = codec::percent_decode(text, codec::Plus::space);
  if (!decoded) throw Error(ErrorCode::protocol, "parse S3 answer", "", "a malformed URL encoding");
  return std::move(*decoded);
}

std::string_view unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    etag = etag.substr(1, etag.size() - 2);
  return etag;
}

}  // namespace sluice::aws
