#include "fs/s3_sink.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fs/s3_guard.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

/// Of a stream of unknown length, the part size doubles every so many parts: 10,000 of them then
/// reach more than 1 TiB.
constexpr std::size_t parts_before_doubling = 1'000;
constexpr std::size_t largest_doubled = 256_MiB;

class S3Sink final : public ByteSink, private RoomySink {
 public:
  S3Sink(S3Root& root, OpContext context, std::string path, WriteOptions options)
      : root_(root),
        context_(std::move(context)),
        path_(std::move(path)),
        options_(std::move(options)) {
    object_ = root_.location_of(path_);  // refuses what cannot be a key before any byte is read
    buffer_size_ = root_.options.part_size;
    if (options_.size && *options_.size <= buffer_size_) buffer_size_ = *options_.size;
    if (options_.size && *options_.size > buffer_size_) {
      buffer_size_ = aws::part_size_for(*options_.size, root_.options.part_size);
    }
    if (!options_.size && options_.size_hint) {
      const auto wanted = aws::part_size_for(*options_.size_hint, root_.options.part_size);
      buffer_size_ = std::min(wanted, aws::s3_max_single_put);
    }
  }
  ~S3Sink() override {
    if (upload_) S3Multipart::discard(std::move(upload_));
  }

  Task<void> write(Bytes bytes) override {
    require_open();
    written_ += bytes.size();
    if (options_.size && written_ > *options_.size) {
      throw Error(ErrorCode::conflict, "write", to_string(object_),
                  "more bytes than were announced");
    }
    while (!bytes.empty()) {
      co_await make_room();
      const std::size_t size = std::min(bytes.size(), buffer_.size() - filled_);
      std::memcpy(buffer_.all().data() + filled_, bytes.data(), size);
      filled_ += size;
      bytes = bytes.subspan(size);
    }
  }

  // Without an announced size, a part that is full may be the last one: only write() knows.
  RoomySink* roomy() override { return options_.size ? this : nullptr; }

  Task<FileInfo> commit() override {
    require_open();
    finished_ = true;
    if (options_.size && written_ != *options_.size) {
      throw Error(ErrorCode::conflict, "write", to_string(object_),
                  "fewer bytes than were announced");
    }
    if (!upload_) {
      const Bytes bytes = Bytes(buffer_.all()).first(filled_);
      return put_object(root_, context_, path_, options_, bytes);
    }
    return complete();
  }

  /// A whole object needs no buffer of ours.
  Task<FileInfo> commit_with(Bytes last) override {
    const bool whole = written_ == 0 && options_.size == last.size() && last.size() <= buffer_size_;
    if (!whole) return ByteSink::commit_with(last);
    require_open();
    finished_ = true;
    return put_object(root_, context_, path_, options_, last);
  }

  Task<void> abort() override {
    finished_ = true;
    buffer_.release();
    if (upload_) S3Multipart::discard(std::move(upload_));
    co_return;
  }

 private:
  void require_open() const {
    if (finished_)
      throw Error(ErrorCode::internal, "write", to_string(object_), "the sink was finished before");
  }

  Task<> make_room() {
    if (buffer_ && filled_ == buffer_.size()) co_await send_part();
    if (!buffer_) buffer_ = co_await root_.buffers->acquire(buffer_size_);
  }

  Task<MutableBytes> room() override {
    require_open();
    const std::uint64_t left = *options_.size - written_;
    if (left == 0) co_return MutableBytes();
    co_await make_room();
    const MutableBytes rest = buffer_.all().subspan(filled_);
    co_return rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), left)));
  }

  void filled(std::size_t size) override {
    filled_ += size;
    written_ += size;
  }

  Task<FileInfo> complete() {
    co_await send_part();
    co_return co_await complete_object(root_, context_, path_, options_, std::move(upload_));
  }

  Task<> send_part() {
    if (!upload_) {
      upload_ = std::make_unique<S3Multipart>(root_, context_, object_);
      aws::S3Attributes attributes = attributes_for(root_, path_, options_);
      co_await upload_->begin(std::move(attributes), root_.client().multipart_checksum());
    }
    co_await upload_->add(std::move(buffer_), std::exchange(filled_, 0));
    ++parts_;
    const bool may_double = !options_.size && buffer_size_ < largest_doubled;
    if (may_double && parts_ % parts_before_doubling == 0) buffer_size_ *= 2;
  }

  S3Root& root_;
  OpContext context_;
  std::string path_;
  WriteOptions options_;
  aws::S3Location object_;
  std::size_t buffer_size_ = 0;
  PartBuffers::Buffer buffer_;
  std::size_t filled_ = 0;
  std::uint64_t written_ = 0;
  std::size_t parts_ = 0;
  std::unique_ptr<S3Multipart> upload_;
  bool finished_ = false;
};

}  // namespace

Task<FileInfo> put_object(S3Root& root, OpContext context, std::string path, WriteOptions options,
                          Bytes bytes) {
  const aws::S3Location object = root.location_of(path);
  const aws::S3Attributes attributes = attributes_for(root, path, options);
  auto write = [&root, &context, &object, &attributes, bytes](aws::WriteCondition condition) {
    return root.client().put(context, object, bytes, attributes, std::move(condition));
  };
  aws::PutResult result = co_await guarded_write(root, context, path, std::move(options),
                                                 root.client().if_match_on_put(), write);
  co_return written_file(std::move(path), bytes.size(), std::move(result.etag));
}

Task<FileInfo> complete_object(S3Root& root, OpContext context, std::string path,
                               WriteOptions options, std::unique_ptr<S3Multipart> upload) {
  aws::PutResult result;
  try {
    co_await upload->join();
    auto write = [&upload](aws::WriteCondition condition) {
      return upload->complete(std::move(condition));
    };
    result = co_await guarded_write(root, context, path, std::move(options),
                                    root.client().if_match_on_complete(), write);
  } catch (...) {
    S3Multipart::discard(std::move(upload));
    throw;
  }
  co_return written_file(std::move(path), upload->size(), std::move(result.etag));
}

std::unique_ptr<ByteSink> make_s3_sink(S3Root& root, OpContext context, std::string path,
                                       WriteOptions options) {
  return std::make_unique<S3Sink>(root, std::move(context), std::move(path), std::move(options));
}

}  // namespace sluice
