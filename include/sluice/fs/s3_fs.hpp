#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/aws/s3_client.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {

struct S3FsOptions {
  std::shared_ptr<aws::S3Client> client;
  std::string bucket;
  std::string prefix;  ///< Of the root, "" or a directory (with or without its last '/').
  /// Bytes of one part, at least 5 MiB; raised for objects that would need over 10,000 of them. Up
  /// to this size an object is put with one request, and read with one.
  std::uint64_t part_size = 8_MiB;
  std::size_t parallel_parts = 4;  ///< Of one object, in either direction.
  /// Bounds the bytes of all part buffers that a process fills to send them; null: this file
  /// system's own, of 16 parts.
  std::shared_ptr<Semaphore> buffers;
  /// The same for parts that are read ahead; null: this file system's own, as large as `buffers`.
  /// Not the same one: from store to store, what is read ahead waits for somebody to send it, who
  /// would wait for a buffer for ever.
  std::shared_ptr<Semaphore> read_buffers;
  std::shared_ptr<TemporaryJournal>
      journal;  ///< Of multipart uploads; null: they are not journalled (tests).
  /// For new objects that WriteOptions::extras says nothing else about; empty: the bucket's
  /// defaults.
  std::string storage_class, encryption, encryption_key_id;
};

/// The objects of a bucket below a prefix. Sources, sinks and walks must not outlive it; close() it
/// before it goes.
///
/// - Keys are paths, byte for byte; those that end in '/' ("directories" of consoles) are no files.
/// There are no directories: with
///   max_depth 1 and files_only false a walk reports common prefixes as such.
/// - FileInfo: size, mtime (LastModified; unset after a write, which is not told it) and etag.
/// extras->metadata["mtime"] is the
///   original's, as rclone writes it, and WriteOptions::mtime sets it.
/// - A file is there at commit() or not at all. WriteOptions::expected is guarded by If-Match if
/// this endpoint was seen to honour it
///   (tried once with a wrong tag, on the first guarded write of each kind), else by a HEAD just
///   before.
/// - One request an object of up to part_size in either direction. Whole objects are compared with
/// their stored checksum.
std::unique_ptr<FileSystem> make_s3_fs(Runtime& runtime, S3FsOptions options);

/// Aborts the multipart uploads that dead processes have left at this client's endpoint, and
/// forgets them. What cannot be aborted now stays in the journal. Returns how many are gone.
Task<std::size_t> sweep_multipart(OpContext context, aws::S3Client& client,
                                  std::shared_ptr<TemporaryJournal> journal);

}  // namespace sluice
