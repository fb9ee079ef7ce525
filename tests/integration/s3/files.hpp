#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "session.hpp"
#include "sluice/core/error.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

namespace sluice::test {

inline Task<FileInfo> write_file(FileSystem& files, OpContext context, std::string path,
                                 std::string_view text, WriteOptions options) {
  std::unique_ptr<ByteSink> sink =
      co_await files.create(std::move(context), std::move(path), std::move(options));
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, 1'000'000);
    co_await sink->write(as_bytes(piece));
    text.remove_prefix(piece.size());
  }
  FileInfo info = co_await sink->commit();
  co_return info;
}

inline Task<std::string> read_file(FileSystem& files, OpContext context, std::string path,
                                   ReadOptions options) {
  std::unique_ptr<ByteSource> source =
      co_await files.open(std::move(context), std::move(path), std::move(options));
  std::string text = co_await read_all(*source);
  co_return text;
}

inline Task<std::vector<FileInfo>> walked(FileSystem& files, OpContext context, std::string root,
                                          WalkOptions options) {
  std::unique_ptr<FileStream> stream =
      files.walk(std::move(context), std::move(root), std::move(options));
  std::vector<FileInfo> all;
  for (;;) {
    auto batch = co_await stream->next();
    if (!batch) break;
    CHECK(batch->failures.empty());
    all.insert(all.end(), batch->files.begin(), batch->files.end());
  }
  co_return all;
}

inline std::vector<std::string> paths_of(const std::vector<FileInfo>& files) {
  std::vector<std::string> paths;
  for (const FileInfo& file : files)
    paths.push_back(file.path);
  return paths;
}

using Paths = std::vector<std::string>;

/// Runs `body(Session&, FileSystem&)` and closes the file system.
template <class Body>
Task<> in_files(Session& session, Body body) {
  std::unique_ptr<FileSystem> files = session.files();
  std::exception_ptr thrown;
  try {
    co_await body(session, *files);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await files->close(session.context());
  if (thrown) std::rethrow_exception(thrown);
}

template <class Body>
void with_files(Body body, aws::S3ClientOptions options =
                               options_for_multipart(aws::ChecksumAlgorithm::crc64nvme)) {
  auto start = [body](Session& session) { return in_files(session, body); };
  with_session(start, std::move(options));
}

inline Task<std::size_t> open_uploads(Session& session) {
  const aws::UploadsPage page = co_await session.client->list_uploads(
      session.context(), session.bucket, session.prefix, aws::UploadsMarker());
  co_return page.uploads.size();
}

}  // namespace sluice::test
