#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "fs/disk_job.hpp"
#include "fs/posix_file.hpp"
#include "fs/private_file.hpp"
#include "fs/s3_local_transfer.hpp"
#include "fs/s3_source.hpp"

namespace sluice {
namespace {

// Up to this, a file is gathered in memory and written by one job of the disk lane.
constexpr std::uint64_t gather_limit = 256_KiB;

/// A file under a temporary name beside its own. Blocking.
class GrowingFile {
 public:
  explicit GrowingFile(const std::filesystem::path& path)
      : path_(path), temporary_(path.native() + ".XXXXXX") {
    file_ = UniqueFd(::mkostemp(temporary_.data(), O_CLOEXEC));
    if (!file_) throw system_failure(errno, "create", path_.native());
  }
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;
  ~GrowingFile() {
    std::error_code ignored;  // what failed before is the thing to tell
    if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
  }

  void append(Bytes bytes) { write_all(file_.get(), bytes, path_.native()); }
  void publish() {
    file_.close(path_.native());
    std::filesystem::rename(temporary_, path_);
    temporary_.clear();
  }

 private:
  std::filesystem::path path_;
  std::string temporary_;
  UniqueFd file_;
};

Task<> gather(S3Root& root, OpContext context, std::unique_ptr<ByteSource> source,
              std::filesystem::path local) {
  std::vector<std::byte> whole;
  whole.reserve(source->info().size);
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) break;
    whole.insert(whole.end(), bytes.begin(), bytes.end());
  }
  auto job = [&whole, &local] { write_private_file(local, whole); };
  co_await disk_job(root.runtime, std::move(context), "download", job);
}

Task<> stream(S3Root& root, OpContext context, std::unique_ptr<ByteSource> source,
              std::filesystem::path local) {
  std::unique_ptr<GrowingFile> file;
  std::exception_ptr failed;
  try {
    auto create = [&file, &local] { file = std::make_unique<GrowingFile>(local); };
    co_await disk_job(root.runtime, context, "download", create);
    for (;;) {
      const Bytes bytes = co_await source->next();
      if (bytes.empty()) break;
      auto append = [&file, bytes] { file->append(bytes); };
      co_await disk_job(root.runtime, context, "download", append);
    }
    auto publish = [&file] { file->publish(); };
    co_await disk_job(root.runtime, context, "download", publish);
  } catch (...) {
    failed = std::current_exception();
  }
  if (!failed) co_return;
  // Also after a cancellation: the temporary file goes away before this returns.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto remove = [&file] { file.reset(); };
  co_await offload(root.runtime.disk(), remove);
  std::rethrow_exception(failed);
}

}  // namespace

Task<FileInfo> download_object(S3Root& root, OpContext context, std::string path,
                               std::filesystem::path local, ReadOptions options) {
  std::unique_ptr<ByteSource> source =
      co_await open_s3_source(root, context, std::move(path), std::move(options));
  FileInfo info = source->info();
  if (info.size <= gather_limit) {
    co_await gather(root, std::move(context), std::move(source), std::move(local));
  } else {
    co_await stream(root, std::move(context), std::move(source), std::move(local));
  }
  co_return info;
}

}  // namespace sluice
