#include "fs/local_source.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "fs/disk_job.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {
namespace {

constexpr std::size_t small_file = 256_KiB;
constexpr std::size_t read_size = 512_KiB;
// A fifo must not make the lane wait for a writer.
constexpr int read_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

[[noreturn]] void changed(const std::string& shown) {
  throw Error(ErrorCode::conflict, "read", shown, "the file changed while it was read");
}

struct FirstRead {
  ReadableFile file;
  std::vector<std::byte> bytes;
};

class LocalSource final : public ByteSource, private ByteReader {
 public:
  LocalSource(Runtime& runtime, OpContext context, FirstRead first)
      : runtime_(runtime),
        context_(std::move(context)),
        file_(std::move(first.file)),
        buffer_(std::move(first.bytes)),
        filled_(buffer_.size()) {}

  const FileInfo& info() const override { return file_.info(); }

  Task<Bytes> next() override {
    if (filled_ == 0 && file_.remaining() > 0) {
      auto job = [this] { fill(); };
      co_await disk_job(runtime_, context_, "read", job);
    }
    co_return Bytes(buffer_).first(std::exchange(filled_, 0));
  }

  bool ended() const override { return filled_ == 0 && file_.remaining() == 0; }

  ByteReader* reader() override { return filled_ == 0 ? this : nullptr; }

 private:
  Task<std::size_t> read(MutableBytes room) override {
    if (file_.remaining() == 0) co_return 0;
    auto job = [this, room] { return file_.read(room.first(std::min(room.size(), read_size))); };
    co_return co_await disk_job(runtime_, context_, "read", job);
  }

  void fill() {
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(read_size, file_.remaining())));
    filled_ = file_.read(buffer_);
  }

  Runtime& runtime_;
  OpContext context_;
  ReadableFile file_;
  std::vector<std::byte> buffer_;
  std::size_t filled_;  // bytes in buffer_ that were not given out yet
};

FirstRead read_first(LocalSite& site, const std::string& path, const ReadOptions& options) {
  FirstRead first{ReadableFile::below(site.root, path, options), {}};
  if (first.file.remaining() > small_file) {
    ::posix_fadvise(first.file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL);  // advice: it may be ignored
    return first;
  }
  first.bytes.resize(static_cast<std::size_t>(first.file.remaining()));
  first.file.read(first.bytes);
  return first;
}

}  // namespace

ReadableFile::ReadableFile(UniqueFd fd, std::string shown, WithExtras extras)
    : fd_(std::move(fd)), shown_(std::move(shown)), status_(status_of(fd_.get(), shown_)) {
  if (!S_ISREG(status_.st_mode)) {
    throw Error(ErrorCode::invalid_input, "open", shown_, "it is not a regular file");
  }
  fill_file_info(info_, status_, extras);
  end_ = info_.size;
}

ReadableFile ReadableFile::below(LocalRoot& root, const std::string& relative,
                                 const ReadOptions& options) {
  const std::string shown = root.full(relative);
  if (!options.if_match.empty()) {
    throw Error(ErrorCode::conflict, "open", shown, "local files have no tag to match");
  }
  if (!options.version_id.empty()) {
    throw Error(ErrorCode::unsupported, "open", shown, "local files have no versions");
  }
  Opened opened = root.open_for_reading(relative, read_flags);
  if (opened.error == ELOOP && root.link_reads() == LinkReads::refuse) {
    throw Error(ErrorCode::invalid_input, "open", shown, "it is a symbolic link");
  }
  ReadableFile file(std::move(opened).or_throw("open", shown), shown,
                    options.extras ? WithExtras::yes : WithExtras::no);
  file.info_.path = relative;
  file.limit_to(options);
  return file;
}

ReadableFile ReadableFile::anywhere(const std::filesystem::path& path) {
  Opened opened = open_at(AT_FDCWD, path.c_str(), read_flags);
  return ReadableFile(std::move(opened).or_throw("open", path.native()), path.native(),
                      WithExtras::no);
}

void ReadableFile::limit_to(const ReadOptions& options) {
  if (options.offset > end_) {
    throw Error(ErrorCode::invalid_input, "open", shown_, "the range begins beyond the end");
  }
  position_ = options.offset;
  if (options.length) end_ = position_ + std::min(*options.length, end_ - position_);
}

std::size_t ReadableFile::read(MutableBytes buffer) {
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), remaining()));
  if (read_at(fd_.get(), buffer.first(wanted), position_, shown_) != wanted) changed(shown_);
  advance(wanted);
  return wanted;
}

void ReadableFile::advance(std::uint64_t count) {
  position_ += count;
  if (remaining() == 0) finish();
}

void ReadableFile::finish() {
  if (!same_version(status_, status_of(fd_.get(), shown_))) changed(shown_);
  fd_.reset();
}

Task<std::unique_ptr<ByteSource>> open_local_source(Runtime& runtime, OpContext context,
                                                    std::shared_ptr<LocalSite> site,
                                                    std::string path, ReadOptions options) {
  auto job = [&site, &path, &options] { return read_first(*site, path, options); };
  FirstRead first = co_await disk_job(runtime, context, "open", job);
  co_return std::make_unique<LocalSource>(runtime, std::move(context), std::move(first));
}

}  // namespace sluice
