#include "fs/local_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "fs/disk_job.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {
namespace {

// One job's worth: some milliseconds, so that others get their turn on the lane.
constexpr std::uint64_t piece_size = 32_MiB;
constexpr std::size_t buffer_size = 256_KiB;

bool cannot_copy_in_kernel(int error) {
  return error == EXDEV || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP ||
         error == EPERM;
}

class CopyRun {
 public:
  CopyRun(std::shared_ptr<LocalSite> site, std::shared_ptr<Cleanups> cleanups, LocalCopy copy)
      : site_(std::move(site)), copy_(std::move(copy)), owned_(std::move(cleanups)) {}

  /// Does a bounded piece of the work; true once the copy is finished, but for to_disk().
  bool step() {
    return owned_.or_drop([this] {
      if (!source_) begin();
      copy_piece();
      if (source_->remaining() > 0) return false;
      result_.to = owned_.finish(copy_.options);
      return true;
    });
  }
  Task<> to_disk(Runtime& runtime) { return owned_.to_disk(runtime, copy_.options); }

  CopiedFile take_result() { return std::move(result_); }

 private:
  void begin() {
    source_.emplace(copy_.open());
    result_.from = source_->info();
    if (copy_.keep_mode && !copy_.options.extras) {
      auto extras = std::make_shared<FileExtras>();
      extras->mode = source_->status().st_mode & 0777U;
      copy_.options.extras = std::move(extras);
    }
    Place place = copy_.locate();
    check_precondition(place, copy_.options);
    owned_.part = std::make_unique<PartFile>(site_, std::move(place), copy_.options);
  }

  void copy_piece() {
    std::uint64_t left = std::min(piece_size, source_->remaining());
    while (left > 0) {
      const std::uint64_t copied = in_kernel_ ? copy_in_kernel(left) : copy_by_hand(left);
      left -= copied;
    }
  }

  std::uint64_t copy_in_kernel(std::uint64_t count) {
    auto offset = static_cast<off_t>(source_->position());
    const ssize_t n = ::copy_file_range(source_->fd(), &offset, owned_.part->fd(), nullptr,
                                        static_cast<std::size_t>(count), 0);
    if (n > 0) {
      source_->advance(static_cast<std::uint64_t>(n));
      return static_cast<std::uint64_t>(n);
    }
    // 0 before the end: the file was cut, or this file system only pretends. Reading tells which.
    if (n == 0 || cannot_copy_in_kernel(errno)) {
      in_kernel_ = false;
    } else if (errno != EINTR) {
      throw system_failure(errno, "copy to", owned_.part->path());
    }
    return 0;
  }

  std::uint64_t copy_by_hand(std::uint64_t count) {
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer_size)));
    const std::size_t n = source_->read(buffer_);
    owned_.part->write(Bytes(buffer_).first(n));
    return n;
  }

  std::shared_ptr<LocalSite> site_;
  LocalCopy copy_;
  OwnedPart owned_;
  std::optional<ReadableFile> source_;
  std::vector<std::byte> buffer_;
  bool in_kernel_ = true;
  CopiedFile result_;
};

}  // namespace

Task<CopiedFile> copy_local(Runtime& runtime, OpContext context, std::shared_ptr<LocalSite> site,
                            std::shared_ptr<Cleanups> cleanups, LocalCopy copy) {
  CopyRun run(std::move(site), std::move(cleanups), std::move(copy));
  for (bool done = false; !done;) {
    auto job = [&run] { return run.step(); };
    done = co_await disk_job(runtime, context, "copy", job);
  }
  co_await run.to_disk(runtime);
  co_return run.take_result();
}

}  // namespace sluice
