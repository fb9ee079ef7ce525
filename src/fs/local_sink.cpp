#include "fs/local_sink.hpp"

#include <utility>
#include <vector>

#include "fs/disk_job.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {
namespace {

constexpr std::size_t buffer_limit = 256_KiB;

class LocalSink final : public ByteSink, private PieceSink {
 public:
  LocalSink(Runtime& runtime, OpContext context, std::shared_ptr<LocalSite> site,
            std::shared_ptr<Cleanups> cleanups, std::string path, WriteOptions options)
      : runtime_(runtime),
        context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)),
        owned_(std::move(cleanups)) {}

  Task<void> write(Bytes bytes) override {
    require_open();
    written_ += bytes.size();
    if (options_.size && written_ > *options_.size) {
      throw Error(ErrorCode::conflict, "write", path_, "more bytes than were announced");
    }
    if (buffer_.size() + bytes.size() <= buffer_limit) {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
      co_return;
    }
    auto job = [this, bytes] { guarded([&] { write_through(bytes); }); };
    co_await disk_job(runtime_, context_, "write", job);
  }

  PieceSink* pieces() override {
    return options_.size && *options_.size > buffer_limit ? this : nullptr;
  }

  Task<FileInfo> commit() override { return commit_with({}); }

  Task<FileInfo> commit_with(Bytes last) override {
    require_open();
    written_ += last.size();
    auto job = [this, last] {
      FileInfo info;
      guarded([&] { info = finish(last); });
      return info;
    };
    FileInfo info = co_await disk_job(runtime_, context_, "write", job);
    co_await owned_.to_disk(runtime_, options_);
    co_return info;
  }

  Task<void> abort() override {
    finished_ = true;
    buffer_ = {};
    if (!owned_.part) co_return;
    auto job = [this] { owned_.part.reset(); };
    co_await offload(runtime_.disk(), job);
  }

 private:
  Task<void> write_at(std::uint64_t offset, Bytes bytes) override {
    // All that pieces share is looked at on the lane, where they come one after another.
    auto job = [this, offset, bytes] {
      guarded([&] {
        require_open();
        written_ += bytes.size();
        if (written_ > *options_.size || offset > *options_.size - bytes.size()) {
          throw Error(ErrorCode::conflict, "write", path_, "more bytes than were announced");
        }
        need_part();
        owned_.part->write_at(offset, bytes);
      });
    };
    co_await disk_job(runtime_, context_, "write", job);
  }

  void require_open() const {
    if (!finished_) return;
    throw Error(ErrorCode::internal, "write", path_, "the sink was finished or has failed before");
  }

  template <class F>
  void guarded(F step) {
    try {
      owned_.or_drop(step);
    } catch (...) {
      finished_ = true;
      throw;
    }
  }

  void need_part() {
    if (owned_.part) return;
    Place place = place_below(site_->root, path_, options_.durable);
    // Refused now rather than after all bytes; made sure of again at the end.
    const std::uint64_t expected = options_.size ? *options_.size : written_;
    if (expected > buffer_limit) check_precondition(place, options_);
    owned_.part = std::make_unique<PartFile>(site_, std::move(place), options_);
    if (options_.size) owned_.part->reserve(*options_.size);
  }

  void write_through(Bytes bytes) {
    need_part();
    owned_.part->write(buffer_);
    buffer_.clear();
    if (bytes.size() >= buffer_limit) return owned_.part->write(bytes);
    buffer_.assign(bytes.begin(), bytes.end());
  }

  FileInfo finish(Bytes last) {
    if (options_.size && written_ != *options_.size) {
      throw Error(ErrorCode::conflict, "write", path_,
                  written_ < *options_.size ? "fewer bytes than were announced"
                                            : "more bytes than were announced");
    }
    need_part();
    owned_.part->write(buffer_);
    owned_.part->write(last);
    FileInfo info = owned_.finish(options_);
    info.path = path_;
    finished_ = true;
    return info;
  }

  Runtime& runtime_;
  OpContext context_;
  std::shared_ptr<LocalSite> site_;
  std::string path_;
  WriteOptions options_;
  std::vector<std::byte> buffer_;
  std::uint64_t written_ = 0;
  bool finished_ = false;
  OwnedPart owned_;
};

}  // namespace

std::unique_ptr<ByteSink> make_local_sink(Runtime& runtime, OpContext context,
                                          std::shared_ptr<LocalSite> site,
                                          std::shared_ptr<Cleanups> cleanups, std::string path,
                                          WriteOptions options) {
  return std::make_unique<LocalSink>(runtime, std::move(context), std::move(site),
                                     std::move(cleanups), std::move(path), std::move(options));
}

}  // namespace sluice
