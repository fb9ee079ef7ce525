#include "fs/ftp_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fs/bounded.hpp"

namespace sluice {
namespace {

using ftp::Connection;

constexpr std::size_t buffer_size = 256 * 1024;
// What is left of a file behind the range that was wanted is read if it is so little: the
// connection is worth that.
constexpr std::uint64_t worth_reading = 64 * 1024;

class FtpSource final : public ByteSource {
 public:
  FtpSource(OpContext context, std::shared_ptr<FtpSite> site, std::string path, ReadOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)) {}
  ~FtpSource() override { stop(); }
  FtpSource(const FtpSource&) = delete;
  FtpSource& operator=(const FtpSource&) = delete;

  Task<> open() {
    if (!options_.if_match.empty())
      throw Error(ErrorCode::conflict, "open", site_->shown(path_),
                  "an FTP server has no version tags");
    const auto step = [this]() { return open_once(); };
    co_await site_->client().retrier().run(context_, Safety::idempotent, step);
    if (position_ == end_) co_await complete();
  }

  const FileInfo& info() const override { return info_; }
  bool ended() const override { return position_ == end_; }

  Task<Bytes> next() override { return bounded(site_->runtime(), context_, "read", take_next()); }

 private:
  void stop() {
    transfer_.reset();
    lease_.give_back();
  }

  /// The size (and time) is asked for while the data connection is being made: it takes no time of
  /// its own, and is the file's as it is now.
  Task<> open_once() {
    stop();
    lease_ = co_await site_->client().lease(context_, ftp::Use::read);
    std::optional<Error> failure;
    try {
      co_await begin();
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (!failure) co_return;
    transfer_.reset();
    const bool ambiguous = failure->code() == ErrorCode::permission_denied && lease_->ready();
    if (ambiguous) co_await find_out(*failure);
    lease_.give_back();
    throw *failure;
  }

  /// One code for what is missing and what is forbidden.
  Task<> find_out(Error& failure) {
    const auto there = co_await site_->look(*lease_, path_, false);
    if (there && there->type == FileType::regular) co_return;
    const std::string words = failure.message();
    failure = there ? Error(ErrorCode::invalid_input, "open", site_->shown(path_),
                            "it is no regular file")
                    : Error(ErrorCode::not_found, "open", site_->shown(path_), words);
  }

  Task<> begin() {
    const std::string full = site_->full(path_);
    Connection::Prepared prepared = co_await lease_->prepare(site_->look_verb(), full);
    auto now = site_->look_answer(path_, *prepared.answer, options_.extras);
    if (!now) throw ftp::refusal("open", site_->shown(path_), *prepared.answer);
    // A walk told the time of what it found; without MLST it costs a round trip more.
    if (!now->mtime && options_.known) now->mtime = options_.known->mtime;
    if (!now->mtime && now->type == FileType::regular)
      now->mtime = site_->as_walked(co_await site_->exact_time(*lease_, full));
    learn(std::move(*now));
    if (position_ == end_) co_return;
    transfer_ = co_await lease_->begin(std::move(prepared),
                                       {.verb = "RETR", .argument = full, .offset = position_});
    received_ = position_;
  }

  void learn(FileInfo now) {
    if (now.type == FileType::symlink) now.type = FileType::regular;
    if (now.type != FileType::regular)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_), "it is no regular file");
    const Duration precision = site_->time_precision();
    if (options_.known && !is_same_version(now, *options_.known, precision)) throw changed();
    if (pinned_ && !is_same_version(now, info_, precision)) throw changed();
    info_ = std::move(now);
    if (std::exchange(pinned_, true)) return;
    if (options_.offset > info_.size)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_),
                  "the range begins behind the end of the file");
    position_ = options_.offset;
    const std::uint64_t left = info_.size - position_;
    end_ = position_ + std::min(left, options_.length.value_or(left));
  }

  Error changed() const {
    return Error(ErrorCode::conflict, "read", site_->shown(path_),
                 "the file was changed by somebody else");
  }

  Task<Bytes> take_next() {
    if (position_ == end_) co_return Bytes();
    const auto step = [this]() { return fetch(); };
    const std::size_t length =
        co_await site_->client().retrier().run(context_, Safety::idempotent, step);
    const std::uint64_t wanted = std::min<std::uint64_t>(length, end_ - position_);
    position_ += wanted;
    if (position_ == end_) co_await complete();
    co_return Bytes(buffer_).first(static_cast<std::size_t>(wanted));
  }

  Task<std::size_t> fetch() {
    std::optional<Error> failure;
    try {
      if (!transfer_) co_await open_once();
      if (buffer_.empty()) buffer_.resize(std::min<std::uint64_t>(buffer_size, info_.size));
      const std::size_t length = co_await transfer_->read(buffer_);
      if (length == 0) co_await end_early();
      received_ += length;
      co_return length;
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    stop();
    throw *failure;
  }

  /// The server's word may say why the data ended before the file did.
  Task<> end_early() {
    co_await transfer_->finish();
    throw Error(ErrorCode::network, "read", site_->shown(path_),
                fmt::format("the data ended after {} bytes of {}", received_, info_.size));
  }

  /// All that was wanted is here. At the end of the file the server's word is waited for: what it
  /// read may have failed all the same.
  Task<> complete() {
    if (!transfer_) {
      stop();
      co_return;
    }
    std::optional<Error> failure;
    try {
      co_await read_rest();
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    stop();
    if (!failure) co_return;
    // All bytes of the file came, as many as it has: that the connection broke after them is no
    // loss.
    if (!is_lost_word(*failure) || received_ != info_.size) throw *failure;
  }

  Task<> read_rest() {
    if (info_.size - received_ > worth_reading && received_ < info_.size) co_return;
    std::vector<std::byte> rest(4096);
    for (;;) {
      const std::size_t length = co_await transfer_->read(rest);
      if (length == 0) break;
      received_ += length;
      if (received_ > info_.size) throw changed();
    }
    if (received_ != info_.size) throw changed();
    co_await transfer_->finish();
  }

  OpContext context_;
  std::shared_ptr<FtpSite> site_;
  std::string path_;
  ReadOptions options_;
  FileInfo info_;
  bool pinned_ = false;
  std::uint64_t position_ = 0, end_ = 0;
  std::uint64_t received_ = 0;  ///< Up to here in the file, on this transfer.
  std::vector<std::byte> buffer_;
  ftp::Client::Lease lease_;
  std::unique_ptr<ftp::Transfer> transfer_;  // before its lease
};

}  // namespace

Task<std::unique_ptr<ByteSource>> open_ftp_source(OpContext context, std::shared_ptr<FtpSite> site,
                                                  std::string path, ReadOptions options) {
  auto source = std::make_unique<FtpSource>(std::move(context), std::move(site), std::move(path),
                                            std::move(options));
  co_await source->open();
  co_return source;
}

}  // namespace sluice
