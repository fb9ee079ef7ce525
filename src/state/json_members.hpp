#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/json.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"
#include "sluice/state/status_records.hpp"

namespace sluice::state {

// Writing. Each appends `"name":value` with a comma in front unless an object has just begun.
void append_text(std::string& out, std::string_view name, std::string_view bytes);
void append_number(std::string& out, std::string_view name, std::uint64_t number);
void append_time(std::string& out, std::string_view name, TimePoint time);
/// `name`, the last part of the path: for people, so bytes that are not UTF-8 are replaced.
void append_name(std::string& out, std::string_view path);
/// size, then mod_time, etag and the checksum if known.
void append_fingerprint(std::string& out, const Fingerprint& version);
/// `{"name":...,"size":...,"path":...}`.
void append_file(std::string& out, const FileInfo& file);

// Reading. Each throws Error{integrity} naming `subject` if the member is there but malformed.
std::optional<std::string> text_member(const codec::JsonValue& object, std::string_view name,
                                       std::string_view subject);
std::uint64_t number_member(const codec::JsonValue& object, std::string_view name,
                            std::string_view subject);
std::optional<TimePoint> time_member(const codec::JsonValue& object, std::string_view name,
                                     std::string_view subject);
Fingerprint fingerprint_member(const codec::JsonValue& object, std::string_view subject);
FileInfo file_member(const codec::JsonValue& object, std::string_view subject);

/// Parses a whole object; what the JSON parser throws becomes Error{integrity}.
codec::JsonValue parse_object(std::string_view json, std::string_view subject);

[[noreturn]] void throw_malformed(std::string_view subject, std::string_view reason);

}  // namespace sluice::state
