#include "fs/ftp_sink.hpp"

#include <optional>
#include <vector>

#include "fs/bounded.hpp"
#include "fs/byte_count.hpp"
#include "fs/ftp_part.hpp"

namespace sluice {
namespace {

constexpr std::size_t small_file = 128 * 1024;

class FtpSink final : public ByteSink {
 public:
  FtpSink(OpContext context, std::shared_ptr<FtpSite> site, std::string path, WriteOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)),
        count_(options_.size, site_->shown(path_)) {}

  Task<void> write(Bytes bytes) override {
    return bounded(site_->runtime(), context_, "write", take(bytes));
  }

  bool worth_another_try() const override { return streaming_; }

  Task<FileInfo> commit() override { return commit_with({}); }

  Task<FileInfo> commit_with(Bytes last) override {
    return bounded(site_->runtime(), context_, "write", finish(last));
  }

  Task<void> abort() override {
    count_.give_up();
    buffer_ = {};
    if (!part_) co_return;
    co_await part_->remove();
    part_.reset();
  }

 private:
  void keep(Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }

  Task<> take(Bytes bytes) {
    count_.add(bytes.size());
    if (!streaming_ && buffer_.size() + bytes.size() <= small_file) {
      keep(bytes);
      co_return;
    }
    co_await begin_stream();
    if (!bytes.empty()) co_await part_->write(bytes);
  }

  /// What has come so far can be sent again; what follows cannot.
  Task<> begin_stream() {
    if (streaming_) co_return;
    part_.emplace(context_, site_, path_, options_);
    const auto step = [this]() { return begin_once(); };
    co_await site_->client().retrier().run(context_, Safety::idempotent, step);
    streaming_ = true;
    buffer_ = {};
  }

  Task<> begin_once() {
    co_await part_->begin();
    if (!buffer_.empty()) co_await part_->write(buffer_);
  }

  Task<FileInfo> finish(Bytes last) {
    count_.add(last.size());
    count_.end();
    FileInfo info;
    if (!streaming_ && count_.taken() <= small_file) {
      keep(last);
      info = co_await write_small();
    } else {
      co_await begin_stream();
      if (!last.empty()) co_await part_->write(last);
      co_await part_->end();
      info = co_await part_->seal(count_.taken());
    }
    co_await part_->publish(info);
    part_.reset();
    co_return info;
  }

  /// All of it is here: a try that fails on the way can be made again.
  Task<FileInfo> write_small() {
    part_.emplace(context_, site_, path_, options_);
    const auto step = [this]() { return write_small_once(); };
    co_return co_await site_->client().retrier().run(context_, Safety::idempotent, step);
  }

  Task<FileInfo> write_small_once() {
    co_await part_->write_all(buffer_);
    co_return co_await part_->seal(buffer_.size());
  }

  OpContext context_;
  std::shared_ptr<FtpSite> site_;
  std::string path_;
  WriteOptions options_;
  ByteCount count_;
  std::vector<std::byte> buffer_;
  std::optional<FtpPart> part_;
  bool streaming_ = false;
};

}  // namespace

std::unique_ptr<ByteSink> make_ftp_sink(OpContext context, std::shared_ptr<FtpSite> site,
                                        std::string path, WriteOptions options) {
  return std::make_unique<FtpSink>(std::move(context), std::move(site), std::move(path),
                                   std::move(options));
}

}  // namespace sluice
