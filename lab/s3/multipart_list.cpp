#include <algorithm>
#include <span>
#include <tuple>
#include <vector>

#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

using Named =
    std::tuple<std::string_view, TimePoint, std::string_view>;  // key, start, id: S3's order

std::vector<Named> uploads_in_order(const Bucket& bucket, std::string_view prefix) {
  std::vector<Named> named;
  for (const auto& [id, upload] : bucket.uploads)
    if (upload.key.starts_with(prefix)) named.emplace_back(upload.key, upload.started, id);
  std::ranges::sort(named);
  return named;
}

/// The first upload after the markers: the one that was last named, or the first of a higher key.
std::vector<Named>::const_iterator after_markers(const std::vector<Named>& named,
                                                 std::string_view key, std::string_view id) {
  auto at = std::ranges::find_if(named, [&](const Named& n) { return std::get<0>(n) >= key; });
  if (key.empty()) return named.begin();
  const auto marked = std::find_if(at, named.end(), [&](const Named& n) {
    return std::get<0>(n) == key && std::get<2>(n) == id;
  });
  if (marked != named.end()) return std::next(marked);
  return std::find_if(at, named.end(), [&](const Named& n) { return std::get<0>(n) > key; });
}

}  // namespace

Response list_multipart_uploads(S3World& world, const S3Request& request) {
  const auto& bucket = bucket_of(world, request);
  if (request.query.has("delimiter"))
    throw not_implemented("ListMultipartUploads with a delimiter");
  const auto limit =
      static_cast<std::size_t>(number_in(request.query, "max-uploads", 1000, 1, 1000));
  const bool encode = request.query.value_or_empty("encoding-type") == "url";
  const auto key_text = [encode](std::string_view key) {
    return encode ? codec::percent_encode(key, codec::Slash::keep) : std::string(key);
  };
  const auto named = uploads_in_order(bucket, request.query.value_or_empty("prefix"));
  auto at = after_markers(named, request.query.value_or_empty("key-marker"),
                          request.query.value_or_empty("upload-id-marker"));
  const auto count = std::min(limit, static_cast<std::size_t>(named.end() - at));
  const std::span<const Named> page(at, count);
  const bool truncated = at + static_cast<std::ptrdiff_t>(count) != named.end();
  XmlWriter xml("ListMultipartUploadsResult");
  xml.text("Bucket", request.bucket);
  xml.text("KeyMarker", key_text(request.query.value_or_empty("key-marker")));
  xml.text("UploadIdMarker", request.query.value_or_empty("upload-id-marker"));
  if (encode) xml.plain("EncodingType", "url");
  xml.number("MaxUploads", limit);
  xml.flag("IsTruncated", truncated);
  if (truncated) {
    xml.text("NextKeyMarker", key_text(std::get<0>(page.back())));
    xml.text("NextUploadIdMarker", std::get<2>(page.back()));
  }
  for (const auto& [key, started, id] : page) {
    xml.open("Upload");
    xml.text("Key", key_text(key));
    xml.text("UploadId", id);
    xml.plain("Initiated", format_s3_time(started));
    xml.text("StorageClass", bucket.uploads.find(id)->second.attributes.storage_class);
    xml.close("Upload");
  }
  return xml_response(std::move(xml).finish());
}

}  // namespace sluice::lab
