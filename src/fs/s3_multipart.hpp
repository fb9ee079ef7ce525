#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fs/s3_root.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice {

/// One multipart upload: parts go up in parallel while the next are being filled. Journalled from
/// its beginning to its end. Give it to discard() unless finish() has returned.
class S3Multipart {
 public:
  S3Multipart(S3Root& root, OpContext context, aws::S3Location object);

  /// Creates the upload and journals it. If the answer is lost, an upload without parts may stay at
  /// the server: ADR 3 says why it cannot be found again.
  Task<> begin(aws::S3Attributes attributes, aws::MultipartChecksum checksum);
  /// Waits for a free place, then uploads the first `size` bytes of the buffer. Throws what an
  /// earlier part failed with.
  Task<> add(PartBuffers::Buffer buffer, std::size_t size);
  /// The same for a range of another object.
  Task<> add_copy(aws::S3Location from, aws::ByteRange range, aws::CopyOptions options);
  /// Waits for the parts.
  Task<> join();
  /// Makes the object of the parts. May be called again after Error{conflict}.
  Task<aws::PutResult> complete(aws::WriteCondition condition);

  std::uint64_t size() const { return size_; }

  /// Stops the parts and aborts the upload, in the file system's background. If the abort fails, it
  /// is tried again when another upload begins: this process may live for weeks, and only what a
  /// dead one left is swept from the journal.
  static void discard(std::unique_ptr<S3Multipart> upload);

 private:
  static Task<> abort(std::unique_ptr<S3Multipart> upload);
  static Task<> abort_at_server(S3Root& root, aws::S3Upload upload);
  static void abort_earlier(S3Root& root);
  Task<> upload_part(std::uint32_t number, PartBuffers::Buffer buffer, std::size_t size);
  Task<> copy_part(std::uint32_t number, aws::S3Location from, aws::ByteRange range,
                   aws::CopyOptions options);
  std::uint32_t next_number();
  std::string whole_checksum() const;
  void forget();

  struct Part {
    aws::CompletedPart completed;
    aws::Checksum checksum{aws::ChecksumAlgorithm::none};
  };

  S3Root& root_;
  OpContext context_;
  aws::S3Upload upload_;
  aws::MultipartChecksum checksum_;
  std::vector<Part> parts_;
  std::uint64_t size_ = 0;
  TaskGroup tasks_;
};

/// "s3://bucket/key?uploadId=...&endpoint=...", encoded; and back.
std::string multipart_subject(const aws::S3Upload& upload, std::string_view origin);
struct MultipartSubject {
  aws::S3Upload upload;
  std::string origin;
};
std::optional<MultipartSubject> parse_multipart_subject(std::string_view text);

}  // namespace sluice
