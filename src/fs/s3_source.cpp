#include "fs/s3_source.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fs/s3_tags.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

// Small enough for the processor's cache, large enough for few system calls.
constexpr std::uint64_t read_size = 128_KiB;
constexpr int most_replacements = 3;

/// The bytes of one GET.
class S3Source final : public ByteSource {
 public:
  S3Source(aws::S3ObjectReader reader, FileInfo info, std::string subject)
      : reader_(std::move(reader)),
        info_(std::move(info)),
        subject_(std::move(subject)),
        checksum_(reader_.head().checksum.algorithm),
        // One byte is enough to meet the end of an empty body.
        size_(std::clamp<std::uint64_t>(reader_.length(), 1, read_size)),
        buffer_(std::make_unique_for_overwrite<std::byte[]>(size_)) {}

  const FileInfo& info() const override { return info_; }

  Task<Bytes> next() override {
    if (ended_) co_return Bytes();
    const MutableBytes buffer(buffer_.get(), size_);
    std::size_t filled = reader_.take_ready(buffer);
    while (filled < size_ && read_ + filled < reader_.length()) {
      const MutableBytes room = buffer.subspan(filled);
      const std::size_t size = co_await reader_.read(room);
      if (size == 0) break;
      filled += size;
    }
    read_ += filled;
    const Bytes bytes = buffer.first(filled);
    checksum_.update(bytes);
    if (filled == 0 || read_ == reader_.length()) verify();
    co_return bytes;
  }

  bool ended() const override { return ended_; }

 private:
  void verify() {
    ended_ = true;
    const aws::StoredChecksum& stored = reader_.head().checksum;
    if (stored.algorithm == aws::ChecksumAlgorithm::none || checksum_.base64() == stored.value)
      return;
    throw Error(ErrorCode::integrity, "GetObject", subject_,
                "the bytes do not have the " + std::string(name_of(stored.algorithm)) +
                    " that is stored with them");
  }

  aws::S3ObjectReader reader_;
  FileInfo info_;
  std::string subject_;
  aws::Checksum checksum_;
  std::size_t size_;
  std::unique_ptr<std::byte[]> buffer_;
  std::uint64_t read_ = 0;
  bool ended_ = false;
};

class EmptySource final : public ByteSource {
 public:
  explicit EmptySource(FileInfo info) : info_(std::move(info)) {}
  const FileInfo& info() const override { return info_; }
  Task<Bytes> next() override { co_return Bytes(); }

 private:
  FileInfo info_;
};

aws::GetOptions get_options(const ReadOptions& options) {
  aws::GetOptions get;
  get.if_match = options.if_match;
  get.version_id = options.version_id;
  if (options.offset > 0 || options.length) {
    get.range = aws::ByteRange{.first = options.offset, .last = {}};
    if (options.length && *options.length > 0)
      get.range->last = options.offset + *options.length - 1;
  }
  return get;
}

bool wants_whole(const ReadOptions& options) {
  return options.offset == 0 && !options.length;
}

Task<aws::HeadResult> existing(S3Root& root, OpContext context, aws::S3Location object,
                               ReadOptions options) {
  aws::GetOptions head{.range = {},
                       .if_match = options.if_match,
                       .version_id = options.version_id,
                       .checksum = true};
  const std::string subject = to_string(object);
  auto found = co_await root.client().head(std::move(context), std::move(object), std::move(head));
  if (!found) throw Error(ErrorCode::not_found, "open", subject, "there is no such object");
  co_return std::move(*found);
}

/// S3 has no range of nothing, and answers 416 to any range of an empty object.
Task<std::unique_ptr<ByteSource>> open_nothing(S3Root& root, OpContext context, std::string path,
                                               ReadOptions options) {
  aws::S3Location object = root.location_of(path);
  const std::string subject = to_string(object);
  const aws::HeadResult found =
      co_await existing(root, std::move(context), std::move(object), options);
  if (options.offset > found.head.size) {
    throw Error(ErrorCode::invalid_input, "open", subject, "the offset is beyond the end");
  }
  co_return std::make_unique<EmptySource>(file_info_of(std::move(path), found.head));
}

Task<std::unique_ptr<ByteSource>> open_ranges(S3Root& root, OpContext context, std::string path,
                                              ReadOptions options) {
  aws::S3Location object = root.location_of(path);
  aws::HeadResult found = co_await existing(root, context, object, options);
  FileInfo info = file_info_of(path, found.head);
  if (options.extras) {
    // The ranges are pinned to what the HEAD saw before the tags were read.
    info.extras = co_await with_tags(root, context, object, std::move(found.extras));
    require_tags(object, found.head, info.extras->tags);
  }
  co_return make_s3_range_source(root, std::move(context), std::move(object), std::move(found.head),
                                 std::move(info));
}

Task<std::unique_ptr<ByteSource>> open_whole(S3Root& root, const OpContext& context,
                                             const std::string& path, const ReadOptions& options) {
  aws::S3Location object = root.location_of(path);
  std::string subject = to_string(object);
  aws::S3ObjectReader reader =
      co_await root.client().get(context, std::move(object), get_options(options));
  FileInfo info = file_info_of(path, reader.head());
  co_return std::make_unique<S3Source>(std::move(reader), std::move(info), std::move(subject));
}

/// The version tag that was seen before this, as far as one was.
Task<std::string> tag_seen(S3Root& root, OpContext context, aws::S3Location object,
                           ReadOptions options) {
  if (!options.if_match.empty()) co_return options.if_match;
  if (options.known && !options.known->etag.empty()) co_return options.known->etag;
  const aws::HeadResult found =
      co_await existing(root, std::move(context), std::move(object), std::move(options));
  co_return found.head.etag;
}

FileExtras extras_of(const aws::S3ObjectReader& reader, std::optional<Tags> tags) {
  FileExtras extras = aws::parse_object_extras(reader.headers());
  extras.tags = std::move(tags);
  return extras;
}

/// The tags are read before the object: once it is open it holds a connection, and if all who hold
/// one waited for another to ask for tags, none would ever come. If the object was replaced
/// meanwhile, they are those of another version, and are read again.
Task<std::unique_ptr<ByteSource>> open_with_extras(S3Root& root, OpContext context,
                                                   std::string path, ReadOptions options) {
  const aws::S3Location object = root.location_of(path);
  std::string seen = co_await tag_seen(root, context, object, options);
  for (int i = 0; i < most_replacements; ++i) {
    std::optional<Tags> tags = co_await tags_of(root, context, object, options.version_id);
    aws::S3ObjectReader reader = co_await root.client().get(context, object, get_options(options));
    if (options.version_id.empty() && std::exchange(seen, reader.head().etag) != reader.head().etag)
      continue;
    require_tags(object, reader.head(), tags);
    FileInfo info = file_info_of(std::move(path), reader.head());
    info.extras = std::make_shared<const FileExtras>(extras_of(reader, std::move(tags)));
    co_return std::make_unique<S3Source>(std::move(reader), std::move(info), to_string(object));
  }
  throw Error(ErrorCode::conflict, "open", to_string(object),
              "it was replaced again and again while its tags were read");
}

}  // namespace

FileInfo file_info_of(std::string path, const aws::ObjectHead& head) {
  FileInfo info;
  info.path = std::move(path);
  info.size = head.size;
  info.mtime = head.modified;
  info.etag = head.etag;
  return info;
}

Task<std::unique_ptr<ByteSource>> open_s3_source(S3Root& root, OpContext context, std::string path,
                                                 ReadOptions options) {
  const std::uint64_t known_size = options.known ? options.known->size : 0;
  // Ranges of a version are not pinned by If-Match alone, and a single part gains nothing.
  const bool in_parts = wants_whole(options) && known_size > root.options.part_size &&
                        root.options.parallel_parts > 1;
  if (in_parts && options.version_id.empty()) {
    co_return co_await open_ranges(root, std::move(context), std::move(path), std::move(options));
  }
  if (options.length && *options.length == 0) {
    co_return co_await open_nothing(root, std::move(context), std::move(path), std::move(options));
  }
  bool nothing_there = false;
  try {
    if (options.extras) co_return co_await open_with_extras(root, context, path, options);
    co_return co_await open_whole(root, context, path, options);
  } catch (const Error& error) {
    nothing_there = error.status() == 416;
    if (!nothing_there) throw;
  }
  co_return co_await open_nothing(root, std::move(context), std::move(path), std::move(options));
}

}  // namespace sluice
