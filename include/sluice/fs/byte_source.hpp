#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/async/byte_stream.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/file_info.hpp"

namespace sluice {

/// Takes pieces of a file in any order, several at a time: each piece once.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  /// The view is free again when this returns.
  virtual Task<void> write_at(std::uint64_t offset, Bytes bytes) = 0;
};

/// Has several pieces of a file on their way at once.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  /// Gives all pieces to `sink` as they come. Returns when the last one was taken and length and
  /// checksum have been found right.
  virtual Task<void> pour(PieceSink& sink) = 0;
};

/// Has a place of its own for the bytes that come next.
class RoomySink {
 public:
  virtual ~RoomySink() = default;
  /// Where they may be put; empty when all that was announced is there. Valid until the next call.
  virtual Task<MutableBytes> room() = 0;
  /// So many bytes were put into the beginning of room().
  virtual void filled(std::size_t size) = 0;
};

/// The bytes of one file, from begin to end. One call at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// What is being served (size, mtime, tag: pinned; a change meanwhile is Error{conflict}).
  virtual const FileInfo& info() const = 0;
  /// The next bytes; empty at the end, and only after length and (where known) checksum have been
  /// found right. The view is valid until the next call.
  virtual Task<Bytes> next() = 0;
  /// Whether it is known already that next() would return nothing more.
  virtual bool ended() const { return false; }

  // Other ways to the same bytes, for a sink that can make use of them: each saves a copy, or
  // memory. Null if there is none; taken at the beginning or not at all.
  virtual PieceSource* pieces() { return nullptr; }
  virtual ByteReader* reader() { return nullptr; }
};

/// Where a file is written. Whole at commit(), or not at all: nothing is visible under its name
/// before. Destroyed without either call, it hands its clean-up to its file system.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes the next bytes; the view is free again when this returns.
  virtual Task<void> write(Bytes bytes) = 0;
  /// Makes the file visible and returns it as it is now (what a walk would report). Nothing may
  /// follow.
  virtual Task<FileInfo> commit() = 0;
  /// The same with the bytes that are still missing, which must stay where they are until it
  /// returns: where a file can be written in one step, it is.
  virtual Task<FileInfo> commit_with(Bytes last);
  /// Removes what was written so far. Nothing may follow.
  virtual Task<void> abort() = 0;
  /// After a failure: whether all bytes, given to another sink, may arrive. What a sink can do
  /// again by itself it has done; this is for bytes that it no longer had when the way broke.
  virtual bool worth_another_try() const { return false; }

  // Other ways than write(), as with ByteSource.
  virtual PieceSink* pieces() { return nullptr; }
  virtual RoomySink* roomy() { return nullptr; }
};

}  // namespace sluice
