#include <algorithm>

#include "s3/attributes.hpp"
#include "s3/conditions.hpp"
#include "s3/copy_source.hpp"
#include "s3/error.hpp"
#include "s3/etag.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::size_t max_deleted_keys = 1000;

Response stored_response(const Object& object) {
  Response response;
  response.field("ETag", quoted_etag(object.etag));
  append_checksum(response, object.checksum);
  append_encryption(response, object);
  return response;
}

/// The attributes a copy gets. S3 resets the storage class and the encryption unless the request
/// names them.
ObjectAttributes copied_attributes(const S3Request& request, const Object& source) {
  const auto& head = *request.head;
  const bool replace = request.field("x-amz-metadata-directive") == "REPLACE";
  const bool replace_tags = request.field("x-amz-tagging-directive") == "REPLACE";
  auto attributes = replace ? read_attributes(head) : source.attributes;
  attributes.tags =
      replace_tags ? read_tags(request.field("x-amz-tagging")) : source.attributes.tags;
  attributes.storage_class = read_storage_class(head);
  attributes.encryption = read_encryption(head);
  return attributes;
}

void check_self_copy(const S3Request& request, const CopySource& source) {
  if (source.bucket != request.bucket || source.key != request.key) return;
  const bool changes = request.field("x-amz-metadata-directive") == "REPLACE" ||
                       request.field("x-amz-tagging-directive") == "REPLACE" ||
                       request.head->find("x-amz-storage-class") ||
                       request.head->find("x-amz-server-side-encryption");
  if (!changes)
    throw invalid_request(
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing anything.");
}

struct DoomedKeys {
  std::vector<std::string> keys;
  bool quiet = false;
};

DoomedKeys read_doomed_keys(const std::string& document) {
  DoomedKeys doomed;
  try {
    const auto root = codec::parse_xml(document, "Delete");
    if (root.name != "Delete") throw malformed_xml();
    doomed.quiet = root.text_of("Quiet") == "true";
    for (const auto& child : root.children)
      if (child.name == "Object") doomed.keys.emplace_back(child.text_of("Key"));
  } catch (const Error&) {
    throw malformed_xml();
  }
  if (doomed.keys.empty() || doomed.keys.size() > max_deleted_keys) throw malformed_xml();
  return doomed;
}

}  // namespace

Response put_object(S3World& world, const S3Request& request, const ReadPayload& payload) {
  // Again: another writer may have been here while the body arrived.
  check_write_conditions(request, bucket_of(world, request).objects.find(request.key));
  auto object = std::make_shared<Object>();
  object->content = Content::of(payload.blob);
  object->attributes = read_attributes(*request.head);
  object->checksum = *payload.checksum;
  object->modified = std::chrono::floor<std::chrono::seconds>(request.now);
  object->etag = make_etag(world, object->attributes, payload.md5);
  world.store.put(request.bucket, request.key, object);
  return stored_response(*object);
}

Response copy_object(S3World& world, const S3Request& request) {
  const auto source = find_copy_source(world, request);
  check_self_copy(request, source);
  check_write_conditions(request, bucket_of(world, request).objects.find(request.key));
  auto object = std::make_shared<Object>();
  object->attributes = copied_attributes(request, *source.object);
  object->modified = std::chrono::floor<std::chrono::seconds>(request.now);
  const auto wanted = request.head->find("x-amz-checksum-algorithm");
  const auto algorithm =
      wanted ? parse_checksum_algorithm(*wanted) : source.object->checksum.algorithm;
  if (!algorithm) throw invalid_request("Checksum algorithm provided is unsupported.");
  auto copy = copy_content(world, source.object->content, *algorithm);
  object->content = std::move(copy.content);
  object->checksum = copy.checksum;
  object->etag = make_etag(world, object->attributes, copy.md5);
  world.store.put(request.bucket, request.key, object);
  XmlWriter xml("CopyObjectResult");
  xml.plain("LastModified", format_s3_time(object->modified));
  xml.etag(object->etag);
  xml.plain("ChecksumType", name_of(object->checksum.type));
  xml.plain(element_of(object->checksum.algorithm), object->checksum.value);
  auto response = xml_response(std::move(xml).finish());
  append_encryption(response, *object);
  return response;
}

Response delete_object(S3World& world, const S3Request& request) {
  const auto object = bucket_of(world, request).objects.find(request.key);
  if (request.head->find("if-match")) check_write_conditions(request, object);
  if (object) world.store.remove(request.bucket, request.key);
  Response response;
  response.status = 204;
  return response;
}

Response delete_objects(S3World& world, const S3Request& request, const ReadPayload& payload) {
  if (!request.head->find("content-md5") && !payload.checksum)
    throw invalid_request(
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  const auto doomed = read_doomed_keys(read_all(Content::of(payload.blob)));
  const auto& objects = bucket_of(world, request).objects;
  XmlWriter xml("DeleteResult");
  for (const auto& key : doomed.keys) {
    const bool bad = key.empty() || key.size() > 1024;
    if (!bad && objects.find(key)) world.store.remove(request.bucket, key);
    if (!bad && doomed.quiet) continue;
    xml.open(bad ? "Error" : "Deleted");
    xml.text("Key", key);
    if (bad) xml.text("Code", key.empty() ? "UserKeyMustBeSpecified" : "KeyTooLongError");
    if (bad) xml.text("Message", "The key cannot be one.");
    xml.close(bad ? "Error" : "Deleted");
  }
  return xml_response(std::move(xml).finish());
}

}  // namespace sluice::lab
