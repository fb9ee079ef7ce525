#include <algorithm>

#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::string_view default_region = "us-east-1";

bool is_bucket_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const auto edge = [&](char c) { return allowed(c) && c != '-' && c != '.'; };
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, allowed) &&
         edge(name.front()) && edge(name.back()) && name.find("..") == std::string_view::npos;
}

std::string location_constraint(const std::string& document) {
  if (document.empty()) return {};
  try {
    return std::string(
        codec::parse_xml(document, "CreateBucketConfiguration").text_of("LocationConstraint"));
  } catch (const Error&) {
    throw malformed_xml();
  }
}

}  // namespace

Response list_buckets(S3World& world, const S3Request&) {
  XmlWriter xml("ListAllMyBucketsResult");
  xml.open("Owner");
  xml.text("ID", "sluice-lab");
  xml.close("Owner");
  xml.open("Buckets");
  for (const auto& [name, bucket] : world.store.buckets()) {
    xml.open("Bucket");
    xml.text("Name", name);
    xml.plain("CreationDate", format_s3_time(bucket.created));
    xml.close("Bucket");
  }
  xml.close("Buckets");
  return xml_response(std::move(xml).finish());
}

Response create_bucket(S3World& world, const S3Request& request, const ReadPayload& payload) {
  if (!is_bucket_name(request.bucket))
    throw S3Error(400, "InvalidBucketName", "The specified bucket is not valid.")
        .with("BucketName", request.bucket);
  const auto& region = world.options.auth.region;
  const auto wanted = location_constraint(read_all(Content::of(payload.blob)));
  if (wanted.empty() ? region != default_region : wanted != region)
    throw S3Error(400, "IllegalLocationConstraintException",
                  "The location constraint is incompatible with the region of this endpoint.");
  // us-east-1 alone lets an owner create a bucket twice.
  if (world.store.find_bucket(request.bucket) && region != default_region)
    throw S3Error(409, "BucketAlreadyOwnedByYou", "You already own this bucket.")
        .with("BucketName", request.bucket);
  world.store.create_bucket(request.bucket, request.now);
  Response response;
  response.field("Location", "/" + request.bucket);
  return response;
}

Response head_bucket(S3World& world, const S3Request& request) {
  bucket_of(world, request);
  Response response;
  response.field("x-amz-bucket-region", world.options.auth.region);
  return response;
}

Response delete_bucket(S3World& world, const S3Request& request) {
  const auto& bucket = bucket_of(world, request);
  if (!bucket.objects.empty() || !bucket.uploads.empty())
    throw S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")
        .with("BucketName", request.bucket);
  world.store.remove_bucket(request.bucket);
  Response response;
  response.status = 204;
  return response;
}

Response get_bucket_location(S3World& world, const S3Request& request) {
  bucket_of(world, request);
  const auto& region = world.options.auth.region;
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  // The oldest region has no constraint.
  if (region != default_region) codec::append_xml_escaped(out, region);
  return xml_response(out += "</LocationConstraint>");
}

Response get_bucket_versioning(S3World& world, const S3Request& request) {
  bucket_of(world, request);
  return xml_response(XmlWriter("VersioningConfiguration").finish());
}

}  // namespace sluice::lab
