#include "sluice/fs/memory_fs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fs/disk_job.hpp"
#include "fs/memory_fs_parts.hpp"
#include "fs/private_file.hpp"

namespace sluice {
namespace {

FileInfo shown(const FileInfo& stored, bool extras) {
  FileInfo info = stored;
  if (!extras) info.extras.reset();
  return info;
}

}  // namespace

MemoryFs::MemoryFs(Runtime& runtime, MemoryFsOptions options)
    : runtime_(runtime), options_(std::move(options)) {
  options_.batch = std::max<std::size_t>(options_.batch, 1);
}

void MemoryFs::begin(const OpContext& context, const char* operation, std::string_view path) const {
  check_deadline(runtime_, context, operation);
  if (options_.before) options_.before(operation, path);
}

const MemoryFs::File& MemoryFs::existing(const char* operation, const std::string& path) const {
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  throw Error(ErrorCode::not_found, operation, describe() + path, "there is no such file");
}

FileInfo MemoryFs::put(std::string path, std::string_view text, std::optional<TimePoint> mtime) {
  const Bytes bytes = as_bytes(text);
  WriteOptions options;
  options.mtime = mtime;
  return store(path, {bytes.begin(), bytes.end()}, options);
}

std::optional<std::string> MemoryFs::text_of(std::string_view path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return std::string(as_text(*found->second.bytes));
}

void MemoryFs::check(const std::string& path, std::size_t size, const WriteOptions& options) const {
  const auto refuse = [&](std::string reason) {
    throw Error(ErrorCode::conflict, "write", describe() + path, std::move(reason));
  };
  if (options.size && *options.size != size) {
    refuse("other than the announced number of bytes was written");
  }
  const auto found = files_.find(path);
  const FileInfo* const now = found == files_.end() ? nullptr : &found->second.info;
  if (now && options.must_not_exist) refuse("there is a file of that name already");
  if (!options.expected) return;
  const FileInfo& expected = *options.expected;
  if (!now) return refuse("the file is gone");
  const bool same = !expected.etag.empty() ? now->etag == expected.etag
                                           : now->size == expected.size &&
                                                 (!expected.mtime || now->mtime == expected.mtime);
  if (!same) refuse("the file was changed by somebody else");
}

FileInfo MemoryFs::store(const std::string& path, std::vector<std::byte> bytes,
                         const WriteOptions& options) {
  check(path, bytes.size(), options);
  File file;
  file.info.path = path;
  file.info.size = bytes.size();
  file.info.mtime = options.mtime.value_or(runtime_.clock().now());
  file.info.etag = fmt::format("v{}", ++versions_);
  file.info.extras = options.extras;
  file.bytes = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  FileInfo info = shown(file.info, false);
  files_.insert_or_assign(path, std::move(file));
  return info;
}

std::unique_ptr<FileStream> MemoryFs::walk(OpContext context, std::string root,
                                           WalkOptions options) {
  return std::make_unique<Walk>(*this, std::move(context), std::move(root), std::move(options));
}

Task<std::optional<FileInfo>> MemoryFs::find(OpContext context, std::string path,
                                             FindOptions options) {
  begin(context, "find", path);
  const auto found = files_.find(path);
  if (found == files_.end()) co_return std::nullopt;
  co_return shown(found->second.info, options.extras);
}

std::unique_ptr<MemoryFs::Source> MemoryFs::open_now(OpContext context, const std::string& path,
                                                     const ReadOptions& options) const {
  const File& file = existing("open", path);
  const auto refuse = [&](ErrorCode code, std::string reason) {
    throw Error(code, "open", describe() + path, std::move(reason));
  };
  if (!options.if_match.empty() && options.if_match != file.info.etag) {
    refuse(ErrorCode::conflict, "the file has another version tag");
  }
  if (!options.version_id.empty()) refuse(ErrorCode::unsupported, "there are no versions");
  if (options.offset > file.info.size) {
    refuse(ErrorCode::invalid_input, "the range begins beyond the end");
  }
  const std::uint64_t rest = file.info.size - options.offset;
  const std::uint64_t length = std::min(options.length.value_or(rest), rest);
  return std::make_unique<Source>(*this, std::move(context), shown(file.info, options.extras),
                                  file.bytes, options.offset, length);
}

Task<std::unique_ptr<ByteSource>> MemoryFs::open(OpContext context, std::string path,
                                                 ReadOptions options) {
  begin(context, "open", path);
  co_return open_now(std::move(context), path, options);
}

Task<std::unique_ptr<ByteSink>> MemoryFs::create(OpContext context, std::string path,
                                                 WriteOptions options) {
  begin(context, "create", path);
  if (path.empty()) {
    throw Error(ErrorCode::invalid_input, "create", describe(), "a file needs a name");
  }
  co_return std::make_unique<Sink>(*this, std::move(context), std::move(path), std::move(options));
}

Task<FileInfo> MemoryFs::copy(OpContext context, FileInfo from, std::string to,
                              WriteOptions options) {
  begin(context, "copy", from.path);
  const File& file = existing("copy", from.path);
  const bool same = from.etag.empty() ? from.size == file.info.size : from.etag == file.info.etag;
  if (!same) {
    throw Error(ErrorCode::conflict, "copy", describe() + from.path,
                "the file changed since it was listed");
  }
  if (!options.extras) options.extras = file.info.extras;
  std::vector<std::byte> bytes = *file.bytes;
  co_return store(to, std::move(bytes), options);
}

Task<RemoveResult> MemoryFs::remove(OpContext context, std::vector<std::string> paths) {
  RemoveResult result;
  for (std::string& path : paths) {
    try {
      begin(context, "remove", path);
      files_.erase(path);
      ++result.removed;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::timeout || error.code() == ErrorCode::cancelled) throw;
      result.failures.push_back({std::move(path), error});
    }
  }
  co_return result;
}

Task<void> MemoryFs::make_directory(OpContext, std::string) {
  co_return;
}

Task<bool> MemoryFs::remove_directory(OpContext, std::string) {
  co_return false;
}

Task<FileInfo> MemoryFs::download(OpContext context, std::string path, std::filesystem::path local,
                                  ReadOptions options) {
  begin(context, "download", path);
  const std::unique_ptr<Source> source = open_now(context, path, options);
  auto job = [&source, &local] { write_private_file(local, source->rest()); };
  co_await disk_job(runtime_, context, "download", job);
  co_return source->info();
}

Task<FileInfo> MemoryFs::upload(OpContext context, std::filesystem::path local, std::string path,
                                WriteOptions options) {
  begin(context, "upload", path);
  auto job = [&local] { return read_private_file(local); };
  std::vector<std::byte> bytes = co_await disk_job(runtime_, context, "upload", job);
  co_return store(path, std::move(bytes), options);
}

Capabilities MemoryFs::capabilities() const {
  return {.ordered_walk = true,
          .atomic_replace = true,
          .conditional_write = true,
          .sets_mtime = true,
          .walk_shows_tag = true,
          .directories = false,
          .server_side_copy = true,
          .mtime_precision = std::chrono::nanoseconds(1)};
}

Task<void> MemoryFs::close(OpContext) {
  co_return;
}

}  // namespace sluice
