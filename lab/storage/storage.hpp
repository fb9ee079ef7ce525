#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/content.hpp"

namespace sluice::lab {

/// Takes one blob's bytes. Destroyed without finish(), it leaves nothing.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual void write(Bytes piece) = 0;
  virtual std::shared_ptr<const Blob> finish() = 0;
};

/// A named record that outlives the program when the storage does: buckets and objects are
/// described by records.
struct Record {
  std::string bucket;
  std::string key;   ///< Empty: the bucket itself.
  std::string text;  ///< Opaque to the storage, but for the blob ids it names.
};

/// Where data lives. All calls are synchronous and made on the loop.
class Storage {
 public:
  virtual ~Storage() = default;
  /// `expected` bytes will probably follow; 0 if unknown.
  virtual std::unique_ptr<BlobWriter> create_blob(std::uint64_t expected) = 0;

  /// Replaces the record as a whole or not at all.
  virtual void save(const Record& record) = 0;
  virtual void erase(std::string_view bucket, std::string_view key) = 0;

  /// Finds a blob that an earlier run kept; throws Error if it is not there.
  virtual std::shared_ptr<const Blob> reopen(const std::string& id) = 0;
  /// Calls `take` with each record of an earlier run, buckets first.
  virtual void load(const std::function<void(const Record&)>& take) = 0;
  /// After load(): drops blobs that no record named.
  virtual void sweep() = 0;
  /// Blobs are kept from here on, though their objects go out of memory.
  virtual void close() = 0;
  /// Whether saving records has any effect, so that nobody describes objects in vain.
  virtual bool keeps_records() const = 0;
};

std::unique_ptr<Storage> make_memory_storage();
/// Below `directory`, made if it is missing; one process at a time. Throws Error.
std::unique_ptr<Storage> make_disk_storage(std::filesystem::path directory);

}  // namespace sluice::lab
