#include "fs/s3_root.hpp"

#include <algorithm>
#include <optional>

#include "sluice/codec/date.hpp"
#include "sluice/codec/media_type.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

constexpr Duration clean_up_limit = std::chrono::seconds(30);
constexpr std::size_t default_buffers = 16;

S3FsOptions completed(Runtime& runtime, S3FsOptions options) {
  if (!options.client)
    throw Error(ErrorCode::config, "open", "s3://" + options.bucket, "no client");
  if (!options.encryption_key_id.empty() && !options.encryption.starts_with("aws:kms")) {
    throw Error(ErrorCode::config, "open", "s3://" + options.bucket,
                "a KMS key is for the encryption aws:kms or aws:kms:dsse");
  }
  if (!options.prefix.empty() && !options.prefix.ends_with('/')) options.prefix += '/';
  options.part_size = std::clamp(options.part_size, aws::s3_min_part, aws::s3_max_single_put);
  options.parallel_parts = std::max<std::size_t>(options.parallel_parts, 1);
  if (!options.buffers) {
    options.buffers =
        std::make_shared<Semaphore>(runtime.executor(), default_buffers * options.part_size);
  }
  if (!options.read_buffers) {
    options.read_buffers =
        std::make_shared<Semaphore>(runtime.executor(), options.buffers->total());
  }
  return options;
}

/// S3 takes no retention that has ended.
void drop_ended_retention(FileExtras& attributes, TimePoint now) {
  const auto until = attributes.headers.find(std::string(aws::s3_lock_until_header));
  if (until == attributes.headers.end()) return;
  const std::optional<TimePoint> date = codec::parse_iso8601(until->second);
  if (!date || *date > now) return;
  attributes.headers.erase(until);
  attributes.headers.erase(std::string(aws::s3_lock_mode_header));
}

}  // namespace

S3Root::S3Root(Runtime& the_runtime, S3FsOptions the_options)
    : runtime(the_runtime),
      options(completed(the_runtime, std::move(the_options))),
      buffers(std::make_shared<PartBuffers>(options.buffers, options.part_size,
                                            options.parallel_parts)),
      read_buffers(std::make_shared<PartBuffers>(options.read_buffers, options.part_size,
                                                 options.parallel_parts)),
      background(the_runtime, clean_up_limit) {}

aws::S3Location S3Root::location_of(std::string_view path) const {
  aws::S3Location location{.bucket = options.bucket, .key = options.prefix};
  location.key += path;
  const char* reason = nullptr;
  if (path.empty()) reason = "an empty path is no object";
  if (location.key.size() > aws::s3_max_key_bytes) reason = "the key is longer than 1,024 bytes";
  if (reason) throw Error(ErrorCode::invalid_input, "S3", to_string(location), reason);
  return location;
}

aws::S3Attributes attributes_for(const S3Root& root, std::string_view path,
                                 const WriteOptions& options) {
  auto attributes = options.extras ? std::make_shared<FileExtras>(*options.extras)
                                   : std::make_shared<FileExtras>();
  const S3FsOptions& defaults = root.options;
  if (attributes->storage_class.empty()) attributes->storage_class = defaults.storage_class;
  if (attributes->encryption.empty()) {
    attributes->encryption = defaults.encryption;
    attributes->encryption_key_id = defaults.encryption_key_id;
  }
  drop_ended_retention(*attributes, root.runtime.clock().now());
  if (attributes->content_type.empty()) attributes->content_type = codec::media_type_of(path);
  if (options.mtime)
    attributes->metadata.insert_or_assign("mtime", codec::format_epoch_seconds(*options.mtime));
  return attributes;
}

FileInfo written_file(std::string path, std::uint64_t size, std::string etag) {
  FileInfo info;
  info.path = std::move(path);
  info.size = size;
  info.etag = std::move(etag);
  return info;
}

}  // namespace sluice
