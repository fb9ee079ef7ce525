#include "fs/webdav_source.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "fs/bounded.hpp"
#include "sluice/webdav/multistatus.hpp"

namespace sluice {
namespace {

constexpr std::size_t piece = 128 * 1024;
constexpr std::uint64_t large_file = 8 * 1024 * 1024;
/// So much must come between two failures for the second to count as the first: a server that
/// breaks off after each few bytes would otherwise be asked for ever.
constexpr std::uint64_t real_progress = 64 * 1024;

class WebdavSource final : public ByteSource {
 public:
  WebdavSource(OpContext context, std::shared_ptr<WebdavSite> site, std::string path,
               ReadOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)) {}

  Task<> open() {
    if (options_.known) {
      info_ = *options_.known;
      info_.path = path_;
      info_.extras = nullptr;
    } else {
      info_ = co_await look();
    }
    if (info_.type != FileType::regular)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_), "it is no regular file");
    if (!options_.if_match.empty() && options_.if_match != info_.etag) throw changed();
    if (options_.offset > info_.size)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_),
                  "the range begins behind the end of the file");
    position_ = options_.offset;
    const std::uint64_t left = info_.size - position_;
    end_ = position_ + std::min(left, options_.length.value_or(left));
    // Nothing is wanted of it, and a range of nothing cannot be asked for.
    if (position_ == end_ && info_.size > 0) co_return;
    permit_ = co_await site_->client().downloads().acquire();
    co_await ask();
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece, end_ - position_)));
  }

  const FileInfo& info() const override { return info_; }
  bool ended() const override { return position_ == end_; }
  Task<Bytes> next() override { return bounded(site_->runtime(), context_, "read", take_next()); }

 private:
  Error changed() const {
    return Error(ErrorCode::conflict, "read", site_->shown(path_),
                 "the file was changed by somebody else");
  }

  Task<FileInfo> look() {
    const auto found = co_await site_->client().find(context_, site_->full(path_));
    if (!found)
      throw Error(ErrorCode::not_found, "open", site_->shown(path_), "there is no such file");
    auto info = file_info_of(path_, *found);
    if (!info)
      throw Error(ErrorCode::protocol, "open", site_->shown(path_),
                  "the server does not say the file's size");
    co_return std::move(*info);
  }

  /// For what is missing.
  Task<> ask() {
    webdav::GetOptions get;
    get.offset = position_;
    if (end_ < info_.size) get.length = end_ - position_;
    if (download_tag_.starts_with('"')) get.if_range = download_tag_;  // a weak one is not allowed
    download_.emplace(co_await site_->client().get(context_, site_->full(path_), std::move(get)));
    require_same();
    skip_ = position_ - download_->first;  // a server that ignores Range sends all
    download_tag_ = download_->tag;
  }

  void require_same() {
    const webdav::Download& now = *download_;
    if (now.size && *now.size != info_.size) throw changed();
    if (now.modified && info_.mtime &&
        std::chrono::floor<std::chrono::seconds>(*now.modified) !=
            std::chrono::floor<std::chrono::seconds>(*info_.mtime))
      throw changed();
    const std::string tag = webdav::normal_etag(now.tag);
    if (!download_tag_.empty() && tag != webdav::normal_etag(download_tag_)) throw changed();
    if (tag.empty() || info_.etag.empty()) return;
    // A server may make the two in ways of their own; one that has been seen not to do so does not.
    if (tag == info_.etag) {
      site_->tags_agree = true;
    } else if (site_->tags_agree) {
      throw changed();
    }
  }

  Task<Bytes> take_next() {
    if (position_ == end_) {
      download_.reset();
      permit_.release();
      co_return Bytes();
    }
    std::size_t count = 0;
    while (count == 0)
      count = co_await read_some();
    position_ += count;
    moved_ += count;
    if (moved_ >= real_progress) failures_ = 0;
    if (position_ == end_) co_await finish();
    co_return Bytes(buffer_).first(count);
  }

  /// 0: nothing that is wanted came, but more may.
  Task<std::size_t> read_some() {
    std::optional<Error> failure;
    std::size_t count = 0;
    try {
      count = co_await download_->response.read(buffer_);
      if (count == 0)
        failure = Error(ErrorCode::network, "read", site_->shown(path_), "the body is cut short");
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (failure) {
      count_failure(*failure);
      download_.reset();  // its connection is broken
      co_await ask();
      co_return 0;
    }
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, count));
    skip_ -= skipped;
    if (end_ == info_.size && count - skipped > end_ - position_) throw changed();
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(count - skipped, end_ - position_));
    if (skipped > 0)
      std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(skipped), wanted, buffer_.begin());
    co_return wanted;
  }

  void count_failure(const Error& failure) {
    const RetryPolicy& policy = site_->client().retrier().policy();
    const std::uint32_t cost =
        failure.code() == ErrorCode::timeout ? policy.timeout_cost : policy.retry_cost;
    if (!failure.retryable() || ++failures_ >= policy.max_attempts ||
        !site_->client().retrier().budget().take(cost))
      throw failure;
    moved_ = 0;
    context_.log.debug("A download broke off and goes on",
                       {{"file", path_}, {"at", position_}, {"error", failure.what()}});
  }

  /// Looks whether a file that had time to change is still the same.
  Task<> finish() {
    if (!download_->length) {
      std::byte beyond{};
      const std::size_t more = co_await download_->response.read(MutableBytes(&beyond, 1));
      if (more > 0 && end_ == info_.size) throw changed();
    }
    download_.reset();
    permit_.release();
    if (info_.size <= large_file) co_return;
    const FileInfo now = co_await look();
    if (!is_same_webdav_version(now, info_)) throw changed();
  }

  OpContext context_;
  std::shared_ptr<WebdavSite> site_;
  std::string path_;
  ReadOptions options_;
  FileInfo info_;
  std::uint64_t position_ = 0, end_ = 0, skip_ = 0, moved_ = 0;
  std::uint32_t failures_ = 0;
  Semaphore::Permit permit_;
  std::optional<webdav::Download> download_;
  std::string download_tag_;
  std::vector<std::byte> buffer_;
};

}  // namespace

Task<std::unique_ptr<ByteSource>> open_webdav_source(OpContext context,
                                                     std::shared_ptr<WebdavSite> site,
                                                     std::string path, ReadOptions options) {
  auto source = std::make_unique<WebdavSource>(std::move(context), std::move(site), std::move(path),
                                               std::move(options));
  co_await source->open();
  co_return source;
}

}  // namespace sluice
