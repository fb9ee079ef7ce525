#include "s3/attributes.hpp"
#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

Pairs read_tag_set(const std::string& document) {
  Pairs tags;
  try {
    const auto root = codec::parse_xml(document, "Tagging");
    const auto* set = root.find("TagSet");
    if (root.name != "Tagging" || !set) throw malformed_xml();
    for (const auto& tag : set->children)
      tags.emplace_back(tag.text_of("Key"), tag.text_of("Value"));
  } catch (const Error&) {
    throw malformed_xml();
  }
  check_tags(tags);
  return tags;
}

void replace_tags(S3World& world, const S3Request& request, Pairs tags) {
  auto changed = std::make_shared<Object>(*object_of(world, request));
  changed->attributes.tags = std::move(tags);
  world.store.put(request.bucket, request.key, changed);
}

}  // namespace

Response get_object_tagging(S3World& world, const S3Request& request) {
  const auto object = object_of(world, request);
  XmlWriter xml("Tagging");
  xml.open("TagSet");
  for (const auto& [key, value] : object->attributes.tags) {
    xml.open("Tag");
    xml.text("Key", key);
    xml.text("Value", value);
    xml.close("Tag");
  }
  xml.close("TagSet");
  return xml_response(std::move(xml).finish());
}

Response put_object_tagging(S3World& world, const S3Request& request, const ReadPayload& payload) {
  replace_tags(world, request, read_tag_set(read_all(Content::of(payload.blob))));
  return {};
}

Response delete_object_tagging(S3World& world, const S3Request& request) {
  replace_tags(world, request, {});
  Response response;
  response.status = 204;
  return response;
}

}  // namespace sluice::lab
