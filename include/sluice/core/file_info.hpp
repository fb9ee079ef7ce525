#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sluice/core/time.hpp"

namespace sluice {

enum class FileType : std::uint8_t { regular, directory, symlink, other };

/// What only some file systems know, and only when asked for; also what an overwrite keeps of the
/// original.
struct FileExtras {
  std::optional<std::uint32_t> mode;      ///< POSIX permission bits (07777).
  std::optional<std::uint32_t> uid, gid;  ///< Local owner.
  std::string link_target;                ///< Of a symbolic link, raw bytes.
  std::string storage_class;              ///< S3; empty means STANDARD.
  std::string restore;                    ///< S3 x-amz-restore, as sent.
  std::string version_id;                 ///< S3 version.
  std::string content_type;
  std::string checksum_algorithm,
      checksum;  ///< For example "crc64nvme" and its base64 value (whole object only).
  std::string encryption,
      encryption_key_id;  ///< S3 server-side encryption ("AES256", "aws:kms") and its KMS key.
  std::map<std::string, std::string>
      headers;  ///< Other system headers kept with the object (cache-control ...), lower case.
  std::map<std::string, std::string>
      metadata;  ///< User metadata, names in lower case without prefix.
  std::optional<std::map<std::string, std::string>>
      tags;  ///< nullopt: not asked for, or not permitted.

  friend bool operator==(const FileExtras&, const FileExtras&) = default;
};

/// One file as its file system reports it.
struct FileInfo {
  std::string path;        ///< Relative to the file system's root, '/'-separated, raw bytes.
  std::uint64_t size = 0;  ///< Bytes.
  std::optional<TimePoint> mtime;  ///< With the precision the server has.
  std::string etag;                ///< Opaque version tag without quotes; empty if there is none.
  FileType type = FileType::regular;
  std::shared_ptr<const FileExtras> extras;

  friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

}  // namespace sluice
