#include "fs/sftp_sink.hpp"

#include <optional>
#include <vector>

#include "fs/bounded.hpp"
#include "fs/byte_count.hpp"
#include "fs/sftp_part.hpp"

namespace sluice {
namespace {

// What every server takes in one WRITE.
constexpr std::size_t small_file = 32 * 1024;
// From here on one connection's window may be less than the way holds.
constexpr std::uint64_t large_file = 8 * 1024 * 1024;

class SftpSink final : public ByteSink {
 public:
  SftpSink(OpContext context, std::shared_ptr<SftpSite> site, std::string path,
           WriteOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)),
        count_(options_.size, site_->shown(path_)) {}

  Task<void> write(Bytes bytes) override {
    return bounded(site_->runtime(), context_, "write", take(bytes));
  }

  bool worth_another_try() const override { return streamed_; }

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
  Task<> take(Bytes bytes) {
    count_.add(bytes.size());
    if (!part_ && buffer_.size() + bytes.size() <= small_file) {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
      co_return;
    }
    co_await need_part();
    co_await pass_on(bytes);
  }

  Task<> need_part() {
    if (part_) co_return;
    part_.emplace(context_, site_, path_, options_);
    const auto step = [this]() { return part_->make(); };
    co_await site_->client().retrier().run(context_, Safety::idempotent, step);
    streamed_ = true;
    const std::uint64_t expected = options_.size.value_or(options_.size_hint.value_or(0));
    if (expected >= large_file) spread_at_ = 0;
  }

  /// In pieces of the size that one WRITE takes; what is left over waits for more.
  Task<> pass_on(Bytes bytes) {
    const std::size_t piece = part_->write_size();
    while (!bytes.empty()) {
      if (buffer_.empty() && bytes.size() >= piece) {
        co_await send(bytes.first(piece));
        bytes = bytes.subspan(piece);
        continue;
      }
      const std::size_t count = std::min(piece - std::min(piece, buffer_.size()), bytes.size());
      buffer_.insert(buffer_.end(), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(count));
      bytes = bytes.subspan(count);
      if (buffer_.size() < piece) continue;
      co_await send(buffer_);
      buffer_.clear();
    }
    // Further connections come one after the other.
    if (sent_ < spread_at_) co_return;
    spread_at_ = sent_ + large_file / 4;
    co_await part_->spread();
  }

  Task<> send(Bytes bytes) {
    co_await part_->write(sent_, bytes);
    sent_ += bytes.size();
  }

  Task<FileInfo> finish(Bytes last) {
    count_.add(last.size());
    count_.end();
    FileInfo info;
    if (!part_ && buffer_.size() + last.size() <= small_file) {
      buffer_.insert(buffer_.end(), last.begin(), last.end());
      info = co_await write_small();
    } else {
      co_await need_part();
      co_await pass_on(last);
      if (!buffer_.empty()) co_await send(buffer_);
      info = co_await part_->seal(count_.taken());
    }
    co_await part_->publish(info);
    part_.reset();
    co_return info;
  }

  /// All of it is here: a try that fails on the way can be made again.
  Task<FileInfo> write_small() {
    const auto step = [this]() { return write_small_once(); };
    co_return co_await site_->client().retrier().run(context_, Safety::idempotent, step);
  }

  Task<FileInfo> write_small_once() {
    part_.emplace(context_, site_, path_, options_);
    co_await part_->make();
    if (!buffer_.empty()) co_await part_->write(0, buffer_);
    co_return co_await part_->seal(buffer_.size());
  }

  OpContext context_;
  std::shared_ptr<SftpSite> site_;
  std::string path_;
  WriteOptions options_;
  ByteCount count_;
  std::vector<std::byte> buffer_;
  std::optional<SftpPart> part_;
  std::uint64_t sent_ = 0;
  std::uint64_t spread_at_ = large_file;
  bool streamed_ = false;
};

}  // namespace

std::unique_ptr<ByteSink> make_sftp_sink(OpContext context, std::shared_ptr<SftpSite> site,
                                         std::string path, WriteOptions options) {
  return std::make_unique<SftpSink>(std::move(context), std::move(site), std::move(path),
                                    std::move(options));
}

}  // namespace sluice
