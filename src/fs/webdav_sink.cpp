#include "fs/webdav_sink.hpp"

#include <optional>
#include <vector>

#include "fs/bounded.hpp"
#include "fs/byte_count.hpp"
#include "fs/webdav_chunks.hpp"
#include "fs/webdav_part.hpp"
#include "fs/webdav_spool.hpp"

namespace sluice {
namespace {

constexpr std::size_t small_file = 256 * 1024;
// From a spool to chunks.
constexpr std::size_t piece = 1024 * 1024;

class WebdavSink final : public ByteSink {
 public:
  WebdavSink(OpContext context, std::shared_ptr<WebdavSite> site, std::string path,
             WriteOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)),
        count_(options_.size, site_->shown(path_)) {}

  Task<void> write(Bytes bytes) override {
    return bounded(site_->runtime(), context_, "write", take(bytes));
  }

  Task<FileInfo> commit() override { return commit_with({}); }

  Task<FileInfo> commit_with(Bytes last) override {
    return bounded(site_->runtime(), context_, "write", finish(last));
  }

  Task<void> abort() override {
    count_.give_up();
    buffer_ = {};
    spool_.reset();
    if (part_) co_await part_->remove();
    if (chunks_) co_await chunks_->remove();
    part_.reset();
    chunks_.reset();
  }

  bool worth_another_try() const override { return streamed_; }

 private:
  Task<> take(Bytes bytes) {
    count_.add(bytes.size());
    if (!part_ && !chunks_ && !spool_ && buffer_.size() + bytes.size() <= small_file) {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
      co_return;
    }
    if (!part_ && !chunks_ && !spool_) co_await begin_large();
    co_await pass_on(bytes);
  }

  /// Chooses a way, and sends what was kept so far on it.
  Task<> begin_large() {
    if (!options_.size) {
      spool_.emplace(site_->runtime(), site_->options().scratch);
    } else if (goes_in_chunks(*options_.size)) {
      co_await begin_chunks(*options_.size);
    } else {
      part_.emplace(context_, site_, path_, options_);
      co_await part_->begin();
      streamed_ = true;
      co_await part_->start_stream(*options_.size);
    }
    if (!buffer_.empty()) co_await pass_on(buffer_);
    buffer_ = {};
  }

  Task<> pass_on(Bytes bytes) {
    if (bytes.empty()) co_return;
    if (spool_) {
      co_await spool_->append(bytes);
    } else if (chunks_) {
      co_await chunks_->write(bytes);
    } else {
      co_await part_->write(bytes);
    }
  }

  bool goes_in_chunks(std::uint64_t size) const {
    return size > site_->options().chunk_size && uploads_directory_of(site_->options().root);
  }

  Task<> begin_chunks(std::uint64_t size) {
    chunks_.emplace(context_, site_, *uploads_directory_of(site_->options().root), path_, options_,
                    size);
    co_await chunks_->begin();
  }

  Task<FileInfo> finish(Bytes last) {
    count_.add(last.size());
    count_.end();
    if (!part_ && !chunks_ && !spool_) {
      if (buffer_.size() + last.size() <= small_file) co_return co_await write_small(last);
      co_await begin_large();
    }
    co_await pass_on(last);
    FileInfo info;
    if (spool_) co_return co_await write_spooled();
    if (chunks_) {
      info = co_await chunks_->publish();
      chunks_.reset();
      co_return info;
    }
    co_await part_->finish_stream();
    co_return co_await publish();
  }

  Task<FileInfo> write_small(Bytes last) {
    // What is in one piece need not be copied.
    if (!buffer_.empty()) {
      buffer_.insert(buffer_.end(), last.begin(), last.end());
      last = buffer_;
    }
    part_.emplace(context_, site_, path_, options_);
    co_await part_->begin();
    co_await part_->put(last);
    co_return co_await publish();
  }

  Task<FileInfo> write_spooled() {
    if (goes_in_chunks(count_.taken())) {
      co_await begin_chunks(count_.taken());
      std::vector<std::byte> buffer(piece);
      (void)spool_->begin();
      for (;;) {
        const std::size_t count = co_await spool_->read(buffer);
        if (count == 0) break;
        co_await chunks_->write(Bytes(buffer).first(count));
      }
      FileInfo info = co_await chunks_->publish();
      chunks_.reset();
      co_return info;
    }
    part_.emplace(context_, site_, path_, options_);
    co_await part_->begin();
    co_await part_->put(*spool_);
    co_return co_await publish();
  }

  Task<FileInfo> publish() {
    FileInfo info = co_await part_->publish(count_.taken());
    part_.reset();
    co_return info;
  }

  OpContext context_;
  std::shared_ptr<WebdavSite> site_;
  std::string path_;
  WriteOptions options_;
  ByteCount count_;
  std::vector<std::byte> buffer_;
  std::optional<WebdavSpool> spool_;
  std::optional<WebdavPart> part_;
  std::optional<WebdavChunks> chunks_;
  bool streamed_ = false;  ///< Bytes were passed on and not kept.
};

}  // namespace

std::unique_ptr<ByteSink> make_webdav_sink(OpContext context, std::shared_ptr<WebdavSite> site,
                                           std::string path, WriteOptions options) {
  return std::make_unique<WebdavSink>(std::move(context), std::move(site), std::move(path),
                                      std::move(options));
}

}  // namespace sluice
