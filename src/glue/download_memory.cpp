#include "glue/download_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::glue {
namespace {

constexpr std::size_t batch = 500;

// What tells one version of an object from another.
std::string version_of(const S3FileInfo& file) {
  const auto nanos = file.last_modified ? std::chrono::duration_cast<std::chrono::nanoseconds>(
                                              file.last_modified->time_since_epoch())
                                              .count()
                                        : 0;
  return fmt::format("{} {} {} {}", file.size, nanos, file.etag, file.key);
}

}  // namespace

std::string DownloadMemory::key_of(std::string_view bucket, std::string_view path) const {
  return fmt::format("glue\n{}\n{}\n{}", output_, bucket, path);
}

Task<std::vector<char>> DownloadMemory::unchanged(std::string bucket,
                                                  const std::vector<S3FileInfo>& files,
                                                  const std::vector<std::string>& paths) {
  std::vector<char> same(files.size(), 0);
  for (std::size_t begin = 0; begin < files.size(); begin += batch) {
    const std::size_t end = std::min(begin + batch, files.size());
    std::vector<std::string> keys;
    for (std::size_t i = begin; i < end; ++i)
      keys.push_back(key_of(bucket, paths[i]));
    const auto values = co_await store_->get_many(std::move(keys));
    for (std::size_t i = begin; i < end; ++i) {
      const auto& value = values[i - begin];
      same[i] = value && *value == version_of(files[i]) ? 1 : 0;
    }
  }
  co_return same;
}

Task<> DownloadMemory::remember(std::string bucket, const S3FileInfo& file, std::string path) {
  pending_.push_back({.key = key_of(bucket, path), .value = version_of(file)});
  if (pending_.size() >= batch) co_await flush();
}

Task<> DownloadMemory::flush() {
  if (pending_.empty()) co_return;
  std::vector<KeyValue> puts = std::exchange(pending_, {});
  co_await store_->put_many(std::move(puts));
}

}  // namespace sluice::glue
