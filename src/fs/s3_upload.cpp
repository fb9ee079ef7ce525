#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fs/disk_job.hpp"
#include "fs/local_source.hpp"
#include "fs/s3_local_transfer.hpp"
#include "fs/s3_sink.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

// Up to this, a file is opened and read by one job of the disk lane.
constexpr std::uint64_t whole_limit = 64_KiB;

struct OpenedFile {
  std::optional<ReadableFile> file;
  std::uint64_t size = 0;
  std::vector<std::byte> whole;  ///< All bytes, of a file up to whole_limit.
};

Error changed(const std::filesystem::path& local) {
  return {ErrorCode::conflict, "upload", local.native(), "the file changed while it was read"};
}

/// ReadableFile makes sure that they are bytes of the version that was opened.
void read_exactly(ReadableFile& file, MutableBytes bytes, const std::filesystem::path& local) {
  if (file.read(bytes) != bytes.size()) throw changed(local);
}

void check_size(const WriteOptions& options, std::uint64_t size,
                const std::filesystem::path& local) {
  if (options.size && *options.size != size) {
    throw Error(ErrorCode::conflict, "upload", local.native(),
                "the file has another size than was announced");
  }
}

Task<OpenedFile> open_file(S3Root& root, OpContext context, std::filesystem::path local) {
  auto job = [&local] {
    OpenedFile opened;
    opened.file.emplace(ReadableFile::anywhere(local));
    opened.size = opened.file->remaining();
    if (opened.size <= whole_limit) {
      opened.whole.resize(opened.size);
      read_exactly(*opened.file, opened.whole, local);
    }
    return opened;
  };
  co_return co_await disk_job(root.runtime, std::move(context), "upload", job);
}

Task<> read_piece(S3Root& root, OpContext context, ReadableFile& file, MutableBytes bytes,
                  const std::filesystem::path& local) {
  auto job = [&file, bytes, &local] { read_exactly(file, bytes, local); };
  co_await disk_job(root.runtime, std::move(context), "upload", job);
}

Task<FileInfo> upload_small(S3Root& root, OpContext context, OpenedFile opened,
                            std::filesystem::path local, std::string path, WriteOptions options) {
  if (opened.size <= whole_limit) {
    co_return co_await put_object(root, std::move(context), std::move(path), std::move(options),
                                  opened.whole);
  }
  PartBuffers::Buffer buffer = co_await root.buffers->acquire(opened.size);
  co_await read_piece(root, context, *opened.file, buffer.all(), local);
  opened.file.reset();
  co_return co_await put_object(root, std::move(context), std::move(path), std::move(options),
                                buffer.all());
}

Task<FileInfo> upload_parts(S3Root& root, OpContext context, OpenedFile opened,
                            std::filesystem::path local, std::string path, WriteOptions options) {
  const std::uint64_t part_size = aws::part_size_for(opened.size, root.options.part_size);
  auto upload = std::make_unique<S3Multipart>(root, context, root.location_of(path));
  try {
    aws::S3Attributes attributes = attributes_for(root, path, options);
    co_await upload->begin(std::move(attributes), root.client().multipart_checksum());
    for (std::uint64_t offset = 0; offset < opened.size; offset += part_size) {
      const std::size_t size = std::min(part_size, opened.size - offset);
      PartBuffers::Buffer buffer = co_await root.buffers->acquire(part_size);
      const MutableBytes bytes = buffer.all().first(size);
      co_await read_piece(root, context, *opened.file, bytes, local);
      co_await upload->add(std::move(buffer), size);
    }
  } catch (...) {
    S3Multipart::discard(std::move(upload));
    throw;
  }
  co_return co_await complete_object(root, std::move(context), std::move(path), std::move(options),
                                     std::move(upload));
}

}  // namespace

Task<FileInfo> upload_file(S3Root& root, OpContext context, std::filesystem::path local,
                           std::string path, WriteOptions options) {
  OpenedFile opened = co_await open_file(root, context, local);
  check_size(options, opened.size, local);
  if (opened.size <= root.options.part_size) {
    co_return co_await upload_small(root, std::move(context), std::move(opened), std::move(local),
                                    std::move(path), std::move(options));
  }
  co_return co_await upload_parts(root, std::move(context), std::move(opened), std::move(local),
                                  std::move(path), std::move(options));
}

}  // namespace sluice
