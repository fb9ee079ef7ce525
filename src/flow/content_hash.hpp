#pragma once

#include <string>
#include <string_view>

#include "sluice/async/task.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// A checksum over bytes in order, under S3's names ("crc64nvme", "crc32c", "crc32", "sha256",
/// "sha1"), written as S3 writes it.
class ContentHash {
 public:
  /// Throws Error{unsupported} for another name.
  explicit ContentHash(std::string_view algorithm);
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;

  void update(Bytes bytes);
  std::string base64();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads the whole file.
Task<std::string> content_hash(OpContext context, FileSystem& files, FileInfo file,
                               std::string algorithm);

}  // namespace sluice
