#include "sluice/glue/file_downloader.hpp"

#include <fmt/format.h>

#include <utility>

#include "glue/compressed_transfer.hpp"
#include "glue/download_memory.hpp"
#include "glue/file_messages.hpp"
#include "glue/throughput.hpp"
#include "sluice/async/concurrency.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/flow/transfer.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {

FileDownloader::FileDownloader(Runtime& runtime, ObjectStore& store,
                               std::shared_ptr<FileSystem> output,
                               const Configuration& configuration, GlueLog log,
                               DownloaderOptions options)
    : runtime_(runtime),
      store_(store),
      output_(std::move(output)),
      configuration_(configuration),
      log_(std::move(log)),
      options_(std::move(options)),
      throughput_(std::make_unique<Throughput>(runtime.clock())) {}

FileDownloader::~FileDownloader() = default;

double DownloadResult::get_success_rate() const {
  if (total_files == 0) return 0.0;
  return 100.0 * static_cast<double>(successful) / static_cast<double>(total_files);
}

double DownloadResult::average_speed_mbps() const {
  if (duration_seconds <= 0) return 0.0;
  return static_cast<double>(transferred_bytes) / (1024.0 * 1024.0) / duration_seconds;
}

Task<> FileDownloader::download_files(OpContext context, std::vector<LayerDownload> plan) {
  const SteadyTime begin = runtime_.clock().steady();
  result_.layers = std::move(plan);
  if (options_.memory) {
    std::string identity = co_await output_->identity(context);
    memory_ = std::make_unique<DownloadMemory>(options_.memory, std::move(identity));
  }
  for (LayerDownload& layer : result_.layers)
    co_await choose(context, layer);
  co_await require_space();
  log_.info(Component::downloader, messages::download_begun, result_.total_files);
  progress_.total_files = result_.total_files;
  std::exception_ptr stopped;
  try {
    const AdaptiveLimit limit({.least = 1,
                               .start = configuration_.download.max_workers,
                               .most = configuration_.download.max_workers},
                              runtime_.shared_clock());
    auto next = [this] { return pull(); };
    auto work = [this, context](Work each) { return download(context, each); };
    co_await for_each_concurrent(limit, next, work);
  } catch (...) {
    stopped = std::current_exception();
  }
  if (stopped) co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (memory_) co_await memory_->flush();
  const std::chrono::duration<double> taken = runtime_.clock().steady() - begin;
  result_.duration_seconds = taken.count();
  result_.throughput = throughput_->take();
  log_.info(Component::downloader, messages::download_ended, result_.successful, result_.failed,
            result_.skipped);
  if (stopped) std::rethrow_exception(stopped);
}

std::optional<FileDownloader::Work> FileDownloader::next_work() {
  if (result_.disk_full) return std::nullopt;
  for (; next_.layer < result_.layers.size(); ++next_.layer, next_.file = 0) {
    const LayerDownload& layer = result_.layers[next_.layer];
    for (; next_.file < layer.outcomes.size(); ++next_.file) {
      if (layer.outcomes[next_.file].status != DownloadStatus::pending) continue;
      if (options_.stop && options_.stop()) {
        result_.stopped = true;
        return std::nullopt;
      }
      return std::exchange(next_, Work{next_.layer, next_.file + 1});
    }
  }
  return std::nullopt;
}

Task<std::optional<FileDownloader::Work>> FileDownloader::pull() {
  co_return next_work();
}

Task<> FileDownloader::download(OpContext context, Work work) {
  LayerDownload& layer = result_.layers[work.layer];
  const LayerConfig& config = configuration_.layers[layer.found.layer];
  const S3FileInfo& file = layer.found.files[work.file];
  FileOutcome& outcome = layer.outcomes[work.file];
  const std::string path = layer.local_paths[work.file];
  outcome.started = runtime_.clock().now();
  ++progress_.in_flight;
  std::optional<Error> failed;
  try {
    co_await try_download(context, config, file, path);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  --progress_.in_flight;
  outcome.ended = runtime_.clock().now();
  if (failed && failed->code() == ErrorCode::cancelled) {
    outcome = {};
    throw *failed;
  }
  if (failed) {
    fail(work, *failed);
    co_return;
  }
  outcome.status = DownloadStatus::success;
  ++result_.successful;
  ++progress_.done;
  result_.total_bytes += file.size;
  tell_progress();
  if (memory_) co_await memory_->remember(config.s3_bucket, file, path);
}

/// Tries until it is done, the failure is one that stays, or the tries are used up.
Task<> FileDownloader::try_download(OpContext context, const LayerConfig& layer,
                                    const S3FileInfo& file, std::string path) {
  if (file.archived) {
    throw Error(ErrorCode::unsupported, "download", s3_uri(layer.s3_bucket, file.key),
                say(log_.language(), messages::archived, std::string_view(file.storage_class)));
  }
  const std::uint32_t most = configuration_.download.retry_count;
  for (std::uint32_t tried = 0;; ++tried) {
    std::optional<Error> failed;
    try {
      co_await fetch(context, layer, file, path);
      co_return;
    } catch (const Error& error) {
      failed = error;
    }
    const bool again = failed->retryable() || failed->code() == ErrorCode::integrity;
    if (!again || tried == most) throw *failed;
    const std::string uri = s3_uri(layer.s3_bucket, file.key);
    log_.warning(Component::downloader, messages::download_retry, uri, tried + 1, most);
    co_await sleep_for(configuration_.download.retry_delay);
  }
}

WriteOptions FileDownloader::write_options(const S3FileInfo& file) const {
  WriteOptions options;
  options.mtime = file.last_modified;
  auto extras = std::make_shared<FileExtras>();
  extras->mode = configuration_.download.file_mode;
  options.extras = std::move(extras);
  return options;
}

Task<> FileDownloader::fetch(OpContext context, const LayerConfig& layer, const S3FileInfo& file,
                             std::string path) {
  const auto source =
      co_await store_.open(context, {.bucket = layer.s3_bucket, .region = layer.region});
  std::uint64_t passed = 0;
  Transfer what;
  what.source = source.get();
  what.file = {.path = file.key,
               .size = file.size,
               .mtime = file.last_modified,
               .etag = file.etag,
               .type = FileType::regular,
               .extras = nullptr};
  what.destination = output_.get();
  what.path = std::move(path);
  what.options = write_options(file);
  what.on_bytes = [this, &passed](std::uint64_t bytes) {
    passed += bytes;
    progress_.bytes += bytes;
    result_.transferred_bytes += bytes;
    throughput_->passed(bytes);
  };
  std::exception_ptr failed;
  try {
    const Compression compression = configuration_.download.compress;
    if (compression == Compression::none) {
      co_await transfer(context, std::move(what));
    } else {
      co_await transfer_compressed(runtime_, context, std::move(what), compression);
    }
  } catch (...) {
    failed = std::current_exception();
  }
  if (!failed) co_return;
  progress_.bytes -= passed;
  std::rethrow_exception(failed);
}

void FileDownloader::fail(Work work, const Error& error) {
  LayerDownload& layer = result_.layers[work.layer];
  const LayerConfig& config = configuration_.layers[layer.found.layer];
  FileOutcome& outcome = layer.outcomes[work.file];
  outcome.status = DownloadStatus::failed;
  outcome.error = error.code() == ErrorCode::unsupported ? error.message() : error.what();
  ++result_.failed;
  ++progress_.failed;
  const std::string uri = s3_uri(config.s3_bucket, layer.found.files[work.file].key);
  log_.error(Component::downloader, messages::download_failed, uri, outcome.error);
  if (error.code() == ErrorCode::no_space && !result_.disk_full) result_.disk_full = error;
  tell_progress();
}

void FileDownloader::tell_progress() {
  if (options_.on_progress) options_.on_progress(progress_);
}

}  // namespace sluice::glue
