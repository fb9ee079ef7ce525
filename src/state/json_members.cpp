#include "state/json_members.hpp"

#include "sluice/codec/base64.hpp"
#include "state/iso_time.hpp"

namespace sluice::state {
namespace {

std::optional<FileType> file_type_of(std::string_view name) {
  if (name == "regular") return FileType::regular;
  if (name == "directory") return FileType::directory;
  if (name == "symlink") return FileType::symlink;
  if (name == "other") return FileType::other;
  return std::nullopt;
}

std::string bytes_of_base64(const codec::JsonValue& value, std::string_view name,
                            std::string_view subject) {
  const auto text = value.as_string();
  auto bytes = text ? codec::from_base64(*text) : std::nullopt;
  if (!bytes) throw_malformed(subject, std::string(name) + "_base64 is no base64");
  return std::move(*bytes);
}

}  // namespace

void throw_malformed(std::string_view subject, std::string_view reason) {
  throw Error(ErrorCode::integrity, "reading a record", std::string(subject), std::string(reason));
}

codec::JsonValue parse_object(std::string_view json, std::string_view subject) {
  std::optional<codec::JsonValue> value;
  std::string reason = "no JSON object";
  try {
    value = codec::parse_json(json, subject);
  } catch (const Error& error) {
    reason = error.message();
  }
  if (!value || !value->as_object()) throw_malformed(subject, reason);
  return std::move(*value);
}

std::optional<std::string> text_member(const codec::JsonValue& object, std::string_view name,
                                       std::string_view subject) {
  const codec::JsonValue& plain = object[name];
  if (const auto text = plain.as_string()) return std::string(*text);
  if (!plain.is_null()) throw_malformed(subject, std::string(name) + " is no string");
  const codec::JsonValue& packed = object[std::string(name) + "_base64"];
  if (packed.is_null()) return std::nullopt;
  return bytes_of_base64(packed, name, subject);
}

std::uint64_t number_member(const codec::JsonValue& object, std::string_view name,
                            std::string_view subject) {
  const auto number = object[name].as_uint();
  if (!number) throw_malformed(subject, std::string(name) + " is missing or no whole number");
  return *number;
}

std::optional<TimePoint> time_member(const codec::JsonValue& object, std::string_view name,
                                     std::string_view subject) {
  const codec::JsonValue& value = object[name];
  if (value.is_null()) return std::nullopt;
  const auto text = value.as_string();
  const auto time = text ? parse_iso_time(*text) : std::nullopt;
  if (!time) throw_malformed(subject, std::string(name) + " is no ISO 8601 time");
  return time;
}

Fingerprint fingerprint_member(const codec::JsonValue& object, std::string_view subject) {
  Fingerprint version;
  version.size = number_member(object, "size", subject);
  version.mtime = time_member(object, "mod_time", subject);
  version.etag = text_member(object, "etag", subject).value_or("");
  auto checksum = text_member(object, "checksum", subject);
  auto algorithm = text_member(object, "checksum_algorithm", subject);
  if (!checksum || checksum->empty())
    return version;  // the name of an algorithm alone says nothing
  version.checksum = std::move(*checksum);
  version.checksum_algorithm = std::move(algorithm).value_or("");
  return version;
}

FileInfo file_member(const codec::JsonValue& object, std::string_view subject) {
  FileInfo file;
  auto path = text_member(object, "path", subject);
  if (!path || path->empty()) throw_malformed(subject, "path is missing or empty");
  file.path = std::move(*path);
  file.size = number_member(object, "size", subject);
  file.mtime = time_member(object, "mod_time", subject);
  file.etag = text_member(object, "etag", subject).value_or("");
  const auto type = file_type_of(text_member(object, "type", subject).value_or("regular"));
  if (!type) throw_malformed(subject, "type is unknown");
  file.type = *type;
  return file;
}

}  // namespace sluice::state
