#include "sluice/state/status_records.hpp"
#include "state/flat_json.hpp"
#include "state/iso_time.hpp"
#include "state/json_members.hpp"

namespace sluice {
namespace {

using namespace state;

constexpr std::uint64_t retry_count_limit = 0xFFFFFFFF;

ErrorCode code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i)
    if (name_of(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  return ErrorCode::internal;  // a later version's code: only shown, never decided upon
}

const codec::JsonValue& object_member(const codec::JsonValue& object, std::string_view name,
                                      std::string_view subject) {
  const codec::JsonValue& value = object[name];
  if (!value.as_object()) throw_malformed(subject, std::string(name) + " is missing or no object");
  return value;
}

TimePoint required_time(const codec::JsonValue& object, std::string_view name,
                        std::string_view subject) {
  const auto time = time_member(object, name, subject);
  if (!time) throw_malformed(subject, std::string(name) + " is missing");
  return *time;
}

/// A scan asks for one of these a file: the common form is read without a tree. False: not it.
bool take_completed_member(const FlatMember& member, CompletedRecord& record, unsigned& seen) {
  const auto first = [&seen](unsigned bit) { return (std::exchange(seen, seen | bit) & bit) == 0; };
  if (member.name == "name") return member.is_text && first(1);
  if (member.name == "size") {
    record.version.size = member.number;
    return !member.is_text && first(2);
  }
  if (!member.is_text) return false;
  if (member.name == "etag") {
    record.version.etag = member.text;
    return first(4);
  }
  const bool mod_time = member.name == "mod_time";
  if (!mod_time && member.name != "processed_at") return false;
  const auto time = parse_iso_time(member.text);
  if (!time) return false;
  (mod_time ? record.version.mtime.emplace() : record.processed_at) = *time;
  return first(mod_time ? 8 : 16);
}

std::optional<CompletedRecord> parse_flat_completed(std::string_view json) {
  constexpr unsigned required = 2 | 16;
  CompletedRecord record;
  FlatJson flat(json);
  FlatMember member;
  unsigned seen = 0;
  while (flat.next(member))
    if (!take_completed_member(member, record, seen)) return std::nullopt;
  if (!flat.complete() || (seen & required) != required) return std::nullopt;
  return record;
}

}  // namespace

Fingerprint fingerprint_of(const FileInfo& file) {
  Fingerprint version;
  version.size = file.size;
  version.mtime = file.mtime;
  version.etag = file.etag;
  if (file.extras) {
    version.checksum_algorithm = file.extras->checksum_algorithm;
    version.checksum = file.extras->checksum;
  }
  return version;
}

std::string completed_json(std::string_view path, const CompletedRecord& record) {
  std::string out = "{";
  append_name(out, path);
  append_fingerprint(out, record.version);
  append_time(out, "processed_at", record.processed_at);
  out += '}';
  return out;
}

std::string error_json(const ErrorRecord& record) {
  std::string out = R"({"file":)";
  append_file(out, record.file);
  append_text(out, "error", record.error);
  append_text(out, "code", name_of(record.code));
  append_time(out, "timestamp", record.timestamp);
  append_number(out, "retry_count", record.retry_count);
  out += '}';
  return out;
}

std::string intent_json(std::string_view path, const IntentRecord& record) {
  std::string out = "{";
  append_name(out, path);
  append_fingerprint(out, record.input);
  out += R"(,"output":{)";
  append_fingerprint(out, record.output);
  out += '}';
  append_time(out, "timestamp", record.timestamp);
  out += '}';
  return out;
}

CompletedRecord parse_completed(std::string_view json, std::string_view subject) {
  if (auto flat = parse_flat_completed(json)) return std::move(*flat);
  const codec::JsonValue object = parse_object(json, subject);
  return {.version = fingerprint_member(object, subject),
          .processed_at = required_time(object, "processed_at", subject)};
}

ErrorRecord parse_error(std::string_view json, std::string_view subject) {
  const codec::JsonValue object = parse_object(json, subject);
  ErrorRecord record;
  record.file = file_member(object_member(object, "file", subject), subject);
  record.error = text_member(object, "error", subject).value_or("");
  record.code = code_named(text_member(object, "code", subject).value_or(""));
  record.timestamp = required_time(object, "timestamp", subject);
  const std::uint64_t count = number_member(object, "retry_count", subject);
  if (count > retry_count_limit) throw_malformed(subject, "retry_count is too big");
  record.retry_count = static_cast<std::uint32_t>(count);
  return record;
}

IntentRecord parse_intent(std::string_view json, std::string_view subject) {
  const codec::JsonValue object = parse_object(json, subject);
  IntentRecord record;
  record.input = fingerprint_member(object, subject);
  record.output = fingerprint_member(object_member(object, "output", subject), subject);
  record.timestamp = required_time(object, "timestamp", subject);
  return record;
}

}  // namespace sluice
