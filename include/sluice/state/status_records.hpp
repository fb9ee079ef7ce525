#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"

namespace sluice {

/// One version of a file's content. Fields that are not known are absent and not compared.
struct Fingerprint {
  std::uint64_t size = 0;          ///< Bytes.
  std::optional<TimePoint> mtime;  ///< If the writer sets it (local files).
  std::string etag;                ///< If it can be foretold (an MD5 of one plain S3 PUT).
  std::string checksum_algorithm;  ///< For example "crc64nvme"; empty: no checksum.
  std::string checksum;            ///< Its value in base64, of the whole content.

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

Fingerprint fingerprint_of(const FileInfo& file);

/// Stored at "completed:<path>": the version that our own upload left behind.
struct CompletedRecord {
  Fingerprint version;
  TimePoint processed_at;

  friend bool operator==(const CompletedRecord&, const CompletedRecord&) = default;
};

/// Stored at "error:<path>".
struct ErrorRecord {
  FileInfo file;  ///< The version that failed.
  std::string error;
  ErrorCode code = ErrorCode::internal;
  TimePoint timestamp;  ///< Of the last failure.
  /// Failures in a row of this version, 1 after the first; 0 asks for another try at once.
  std::uint32_t retry_count = 0;

  friend bool operator==(const ErrorRecord&, const ErrorRecord&) = default;
};

/// Stored at "intent:<path>" from before an overwrite until it is remembered as done.
struct IntentRecord {
  Fingerprint input;
  Fingerprint output;
  TimePoint timestamp;

  friend bool operator==(const IntentRecord&, const IntentRecord&) = default;
};

// The stored values: JSON objects with the users' member names. `path` gives the "name" member (its
// last part), which is there for people and not read back. Text that is not UTF-8 travels as
// "<member>_base64". Unknown members are ignored.
std::string completed_json(std::string_view path, const CompletedRecord& record);
std::string error_json(const ErrorRecord& record);
std::string intent_json(std::string_view path, const IntentRecord& record);

// Throw Error{integrity} naming `subject` (the key) if a value is malformed.
CompletedRecord parse_completed(std::string_view json, std::string_view subject);
ErrorRecord parse_error(std::string_view json, std::string_view subject);
IntentRecord parse_intent(std::string_view json, std::string_view subject);

}  // namespace sluice
