#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/aws/s3_responses.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/header_list.hpp"

namespace {

namespace aws = sluice::aws;

template <class Parse>
void parse_or_refuse(Parse parse) {
  try {
    parse();
  } catch (const sluice::Error&) {
    // Refusing is fine; anything but an Error is not.
  }
}

}  // namespace

/// The small XML answers of S3, and the headers of objects.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  parse_or_refuse([text] { aws::parse_delete_result(text); });
  parse_or_refuse([text] { aws::parse_upload_id(text); });
  parse_or_refuse([text] { aws::parse_late_etag(text, "CopyObject", "s3://b/k"); });
  parse_or_refuse([text] { aws::parse_parts_page(text); });
  parse_or_refuse([text] { aws::parse_uploads_page(text); });
  parse_or_refuse([text] { aws::parse_tagging(text); });
  parse_or_refuse([text] { aws::parse_buckets_page(text); });
  parse_or_refuse([text] {
    sluice::net::HeaderList headers;
    headers.add("Content-Range", text);
    aws::parse_object_head(206, headers, std::nullopt, "s3://b/k");
  });
  parse_or_refuse([text] {
    sluice::net::HeaderList headers;
    headers.add("x-amz-meta-name", text);
    aws::parse_object_extras(headers);
  });
  return 0;
}
