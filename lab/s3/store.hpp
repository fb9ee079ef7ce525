#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "s3/object_index.hpp"
#include "storage/storage.hpp"

namespace sluice::lab {

struct UploadPart {
  Content content;
  std::string md5;   ///< 16 raw bytes.
  std::string etag;  ///< Without quotes.
  Checksum checksum;
  TimePoint modified;
};

/// A multipart upload that is open. Uploads do not outlive the program.
struct Upload {
  std::string key;
  TimePoint started;
  ObjectAttributes attributes;
  /// Without one, S3 keeps CRC64NVME of the whole and takes no checksums at completion.
  std::optional<ChecksumAlgorithm> algorithm;
  ChecksumType type = ChecksumType::full_object;
  std::map<int, UploadPart> parts;
};

struct Bucket {
  TimePoint created;
  ObjectIndex objects;
  std::map<std::string, Upload, std::less<>> uploads;  ///< By upload id.
};

/// All buckets, kept in step with the storage's records.
class Store {
 public:
  /// Loads what an earlier run kept.
  explicit Store(Storage& storage);

  const std::map<std::string, Bucket, std::less<>>& buckets() const { return buckets_; }
  Bucket* find_bucket(std::string_view name);
  Bucket& create_bucket(const std::string& name,
                        TimePoint now);  ///< The existing one if there is one.
  void remove_bucket(const std::string& name);

  void put(std::string_view bucket, std::string key, ObjectPtr object);
  void remove(std::string_view bucket, std::string_view key);
  Storage& storage() { return storage_; }

 private:
  void take_record(const Record& record);

  Storage& storage_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace sluice::lab
