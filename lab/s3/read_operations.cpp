#include <fmt/format.h>

#include <array>

#include "s3/attributes.hpp"
#include "s3/conditions.hpp"
#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "s3/range.hpp"

namespace sluice::lab {
namespace {

/// Query parameters of GetObject that replace a field of the answer.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> overrides{{
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
    {"response-content-language", "Content-Language"},
    {"response-content-type", "Content-Type"},
    {"response-expires", "Expires"},
}};

S3Error invalid_range(std::string_view range, std::uint64_t size) {
  return S3Error(416, "InvalidRange", "The requested range is not satisfiable")
      .with("RangeRequested", std::string(range))
      .with("ActualObjectSize", fmt::format("{}", size))
      .with_field("Content-Range", fmt::format("bytes */{}", size));
}

ByteRange part_range(const Object& object, int number) {
  ByteRange range{.first = 0, .last = object.content.size() - 1};
  if (object.parts.empty() && number == 1) return range;
  if (static_cast<std::size_t>(number) > object.parts.size())
    throw S3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
  for (int i = 0; i + 1 < number; ++i)
    range.first += object.parts[static_cast<std::size_t>(i)].size;
  range.last = range.first + object.parts[static_cast<std::size_t>(number - 1)].size - 1;
  return range;
}

RangeAnswer choose_range(const S3Request& request, const Object& object) {
  const auto field = request.head->find("range");
  const auto size = object.content.size();
  const int part = number_in(request.query, "partNumber", 0, 1, 10'000);
  if (part != 0 && field)
    throw invalid_request("Cannot specify both Range header and partNumber query parameter");
  if (part != 0) {
    const auto range = part_range(object, part);
    return size == 0 ? RangeAnswer{} : RangeAnswer{.kind = RangeKind::part, .range = range};
  }
  if (!field) return {};
  const auto answer = apply_range(*field, size);
  if (answer.kind == RangeKind::unsatisfiable) throw invalid_range(*field, size);
  return answer;
}

Object overridden(const Object& object, const Query& query) {
  Object changed = object;
  for (const auto& [parameter, field] : overrides) {
    const auto* value = query.find(parameter);
    if (!value) continue;
    std::erase_if(changed.attributes.system,
                  [name = field](const auto& pair) { return pair.first == name; });
    changed.attributes.system.emplace_back(field, *value);
  }
  return changed;
}

bool has_override(const Query& query) {
  for (const auto& [parameter, field] : overrides)
    if (query.has(parameter)) return true;
  return false;
}

void check_archived(const Object& object) {
  if (!object.archived()) return;
  throw S3Error(403, "InvalidObjectState",
                "The operation is not valid for the object's storage class")
      .with("StorageClass", object.attributes.storage_class);
}

}  // namespace

Response read_object(S3World& world, const S3Request& request) {
  const auto object = object_of(world, request);
  const bool get = request.operation == Operation::get_object;
  Response response;
  if (check_read_conditions(*request.head, *object) == ReadOutcome::not_modified) {
    response.status = 304;
    response.field("ETag", quoted_etag(object->etag));
    return response;
  }
  if (get) check_archived(*object);
  const auto range = choose_range(request, *object);
  if (has_override(request.query))
    append_object_fields(response, overridden(*object, request.query));
  else
    append_object_fields(response, *object);
  // Aliases the object, which holds the bytes while they are sent though it be replaced meanwhile.
  response.content = std::shared_ptr<const Content>(object, &object->content);
  response.length = object->content.size();
  if (range.kind == RangeKind::part) {
    response.status = 206;
    response.offset = range.range.first;
    response.length = range.range.length();
    response.field("Content-Range", fmt::format("bytes {}-{}/{}", range.range.first,
                                                range.range.last, object->content.size()));
  } else if (same_name(request.field("x-amz-checksum-mode"), "enabled")) {
    append_checksum(response, object->checksum);
  }
  if (request.query.has("partNumber") && !object->parts.empty())
    response.field("x-amz-mp-parts-count", fmt::format("{}", object->parts.size()));
  response.head_only = !get;
  return response;
}

}  // namespace sluice::lab
