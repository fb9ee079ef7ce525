// Which of the planned files are fetched.
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "glue/download_memory.hpp"
#include "glue/file_messages.hpp"
#include "glue/report_words.hpp"
#include "glue/throughput.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/glue/file_downloader.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {
namespace {

/// What an ordinary user may still write where `directory` is, or will be. Blocking.
std::uint64_t free_bytes(std::filesystem::path directory) {
  struct statvfs status{};
  while (::statvfs(directory.c_str(), &status) != 0) {
    const int number = errno;
    const std::filesystem::path parent = directory.parent_path();
    if (number != ENOENT || parent == directory || parent.empty())
      throw error_from_errno(number, "look for free space in", directory.string());
    directory = parent;
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

// File times may be kept less precisely than S3 has them; S3 has milliseconds at most.
bool same_second(const std::optional<TimePoint>& a, const std::optional<TimePoint>& b) {
  return a && b &&
         std::chrono::floor<std::chrono::seconds>(*a) ==
             std::chrono::floor<std::chrono::seconds>(*b);
}

}  // namespace

void FileDownloader::skip(LayerDownload& layer, std::size_t file) {
  layer.outcomes[file].status = DownloadStatus::skipped;
  ++result_.skipped;
  ++progress_.skipped;
  result_.total_bytes += layer.found.files[file].size;
}

Task<std::vector<char>> FileDownloader::already_there(OpContext context,
                                                      const LayerDownload& layer) {
  std::vector<char> there(layer.local_paths.size(), 0);
  const std::string directory = "layers/" + configuration_.layers[layer.found.layer].name;
  const auto any = co_await output_->find(context, directory, {});
  if (!any) co_return there;  // nothing was ever downloaded here
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (layer.outcomes[i].status != DownloadStatus::pending) continue;
    const auto found = co_await output_->find(context, layer.local_paths[i], {});
    there[i] = found ? 1 : 0;
  }
  co_return there;
}

/// For a file that lies there and is not remembered: whether it is this version by size and time.
Task<bool> FileDownloader::same_as_local(OpContext context, const S3FileInfo& file,
                                         std::string path) {
  if (configuration_.download.compress != Compression::none) co_return false;
  const auto found = co_await output_->find(std::move(context), std::move(path), {});
  co_return found && found->size == file.size&& same_second(found->mtime, file.last_modified);
}

Task<> FileDownloader::choose(OpContext context, LayerDownload& layer) {
  const LayerConfig& config = configuration_.layers[layer.found.layer];
  const DownloadConfig& download = configuration_.download;
  result_.total_files += layer.outcomes.size();
  const std::vector<char> there = co_await already_there(context, layer);
  std::vector<char> unchanged(there.size(), 0);
  if (memory_)
    unchanged = co_await memory_->unchanged(config.s3_bucket, layer.found.files, layer.local_paths);
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (layer.outcomes[i].status == DownloadStatus::failed) {
      const std::string uri = s3_uri(config.s3_bucket, layer.found.files[i].key);
      log_.error(Component::downloader, messages::download_failed, uri, layer.outcomes[i].error);
      ++result_.failed;
      ++progress_.failed;
      continue;
    }
    if (there[i] == 0 || download.overwrite) continue;
    const std::string path = download.local_base_dir + "/" + layer.local_paths[i];
    if (memory_) {
      bool same = unchanged[i] != 0;
      if (!same) same = co_await same_as_local(context, layer.found.files[i], layer.local_paths[i]);
      if (!same) continue;  // changed: fetched again
      log_.debug(Component::downloader, messages::unchanged, path);
      skip(layer, i);
    } else {
      log_.warning(Component::downloader, messages::skipped_existing, path);
      skip(layer, i);
    }
  }
}

Task<> FileDownloader::require_space() {
  std::uint64_t needed = 0;
  for (const LayerDownload& layer : result_.layers) {
    for (std::size_t i = 0; i < layer.outcomes.size(); ++i) {
      if (layer.outcomes[i].status == DownloadStatus::pending) needed += layer.found.files[i].size;
    }
  }
  if (needed == 0) co_return;
  const std::string& directory = configuration_.download.local_base_dir;
  auto job = [&directory] { return free_bytes(std::filesystem::absolute(directory)); };
  const std::uint64_t available = co_await offload(runtime_.disk(), job);
  if (needed <= available) co_return;
  throw NoSpaceError(Error(ErrorCode::no_space, "download", directory,
                           say(log_.language(), messages::no_room, std::string_view(directory),
                               std::string_view(words::megabytes(needed)),
                               std::string_view(words::megabytes(available)))));
}

}  // namespace sluice::glue
