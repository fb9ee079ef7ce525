#include "fs/private_copy.hpp"

#include "sluice/fs/local_fs.hpp"
#include "sluice/fs/pour.hpp"

namespace sluice {
namespace {

/// The directory that holds the file, and its name there.
struct LocalFile {
  LocalFile(Runtime& runtime, const std::filesystem::path& path)
      : name(path.filename().native()), directory(make_local_fs(runtime, options_for(path))) {}

  static LocalFsOptions options_for(const std::filesystem::path& path) {
    LocalFsOptions options;
    options.root = std::filesystem::absolute(path).parent_path();
    return options;
  }

  std::string name;
  std::unique_ptr<FileSystem> directory;
};

/// Closes the directory, whatever has happened.
template <class Result>
Task<Result> and_close(OpContext context, FileSystem& directory, Task<Result> work) {
  std::exception_ptr thrown;
  std::optional<Result> result;
  try {
    result = co_await std::move(work);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await directory.close(context);
  if (thrown) std::rethrow_exception(thrown);
  co_return std::move(*result);
}

Task<FileInfo> fetch(OpContext context, FileSystem& files, std::string path, LocalFile& to,
                     ReadOptions options) {
  const auto source = co_await files.open(context, std::move(path), std::move(options));
  const auto sink = co_await to.directory->create(context, to.name, WriteOptions{});
  co_await pour(context, *source, *sink, nullptr);
  co_return source->info();
}

Task<OpenCopy> open_both(OpContext context, LocalFile& from, FileSystem& files, std::string path,
                         WriteOptions options) {
  OpenCopy copy;
  copy.source = co_await from.directory->open(context, from.name, ReadOptions{});
  options.size = copy.source->info().size;
  copy.sink = co_await files.create(context, std::move(path), std::move(options));
  co_return copy;
}

Task<FileInfo> send(OpContext context, LocalFile& from, FileSystem& files, std::string path,
                    WriteOptions options) {
  const auto begin = [&] { return open_both(context, from, files, path, options); };
  co_return co_await pour_again(context, begin, nullptr);
}

}  // namespace

Task<FileInfo> download_by_stream(Runtime& runtime, OpContext context, FileSystem& files,
                                  std::string path, std::filesystem::path local,
                                  ReadOptions options) {
  LocalFile to(runtime, local);
  auto work = fetch(context, files, std::move(path), to, std::move(options));
  co_return co_await and_close(OpContext{}, *to.directory, std::move(work));
}

Task<FileInfo> upload_by_stream(Runtime& runtime, OpContext context, FileSystem& files,
                                std::filesystem::path local, std::string path,
                                WriteOptions options) {
  LocalFile from(runtime, local);
  auto work = send(context, from, files, std::move(path), std::move(options));
  co_return co_await and_close(OpContext{}, *from.directory, std::move(work));
}

}  // namespace sluice
