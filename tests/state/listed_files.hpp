#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/async/file_stream.hpp"

namespace sluice::state::test {

/// A walk that yields what the test says, `batch` files at a time, then its failures, then its
/// error.
class ListedFiles final : public FileStream {
 public:
  explicit ListedFiles(std::vector<FileInfo> files, std::size_t batch = 3)
      : files_(std::move(files)), batch_(batch) {}

  std::vector<Error> failures;      ///< In the last batch.
  std::optional<Error> broken_off;  ///< Thrown instead of the end.

  Task<std::optional<FileBatch>> next() override {
    if (at_ == files_.size() && told_) {
      if (broken_off) throw *broken_off;
      co_return std::nullopt;
    }
    const std::size_t size = std::min(batch_, files_.size() - at_);
    FileBatch result{.files = std::span(files_).subspan(at_, size), .failures = {}};
    at_ += size;
    if (at_ == files_.size()) {
      result.failures = failures;
      told_ = true;
    }
    co_return result;
  }

 private:
  std::vector<FileInfo> files_;
  std::size_t batch_, at_ = 0;
  bool told_ = false;
};

inline std::unique_ptr<ListedFiles> listed(std::vector<FileInfo> files) {
  return std::make_unique<ListedFiles>(std::move(files));
}

inline FileInfo file_at(std::string path, std::uint64_t size, std::string etag = {},
                        std::optional<TimePoint> mtime = std::nullopt) {
  FileInfo file;
  file.path = std::move(path);
  file.size = size;
  file.etag = std::move(etag);
  file.mtime = mtime;
  return file;
}

inline Task<std::vector<FileInfo>> all_of(std::unique_ptr<FileStream> stream) {
  std::vector<FileInfo> all;
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) co_return all;
    all.insert(all.end(), batch->files.begin(), batch->files.end());
  }
}

inline Task<std::vector<std::string>> paths_of(std::unique_ptr<FileStream> stream) {
  const auto files = co_await all_of(std::move(stream));
  std::vector<std::string> paths;
  for (const FileInfo& file : files)
    paths.push_back(file.path);
  co_return paths;
}

}  // namespace sluice::state::test
