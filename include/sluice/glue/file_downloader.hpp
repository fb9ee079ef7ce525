#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/flow/progress.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/errors.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/object_store.hpp"
#include "sluice/glue/s3_file.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice::glue {

class DownloadMemory;
class Throughput;

enum class DownloadStatus : std::uint8_t { pending, success, skipped, failed };

/// What became of one file: DownloadPlan::files and outcomes go side by side.
struct FileOutcome {
  DownloadStatus status = DownloadStatus::pending;
  std::string error;  ///< Of a failed one.
  std::optional<TimePoint> started, ended;
};

/// A layer's files, where each goes, and what became of it.
struct LayerDownload {
  LayerFiles found;
  std::vector<std::string> local_paths;  ///< Below local_base_dir: "layers/source/a.csv".
  std::vector<FileOutcome> outcomes;
};

/// A second of the downloads, for the report's curve.
struct ThroughputSample {
  TimePoint time;
  std::uint64_t bytes = 0;  ///< Passed in this second.
};

struct DownloadResult {
  std::uint64_t total_files = 0, successful = 0, failed = 0, skipped = 0;
  std::uint64_t total_bytes = 0;  ///< Of the successful and skipped ones' objects.
  std::uint64_t transferred_bytes = 0;
  double duration_seconds = 0;
  std::vector<LayerDownload> layers;
  std::vector<ThroughputSample> throughput;
  std::optional<Error> disk_full;  ///< The first; the rest was not tried then.
  bool stopped = false;            ///< `stop` ended it: what was not begun is `pending`.

  double total_size_mb() const { return static_cast<double>(total_bytes) / (1024.0 * 1024.0); }
  double get_success_rate() const;    ///< Percent of total_files; 0 if there are none.
  double average_speed_mbps() const;  ///< MiB a second that were transferred.
};

struct DownloaderOptions {
  std::function<bool()> stop;    ///< Asked before each file; may be empty.
  ProgressCallback on_progress;  ///< May be empty.
  /// Where downloads are remembered (download.incremental); null if it is off.
  std::shared_ptr<KeyValueStore> memory;
};

/// Gives every file its place below the output directory. Throws ConfigurationError, naming both
/// keys, if two would land on one path (also if the disk would take the names for one); a key that
/// cannot be a path there (.., NUL, too long) fails by itself. Pure.
std::vector<LayerDownload> plan_downloads(const Configuration& configuration,
                                          std::vector<LayerFiles> found, Language language);

/// Downloads through the engine's transfers: max_workers at once, each file tried retry_count times
/// more, whole and verified before it has its name. Lives on the loop.
class FileDownloader {
 public:
  /// `output` is configuration.download.local_base_dir.
  FileDownloader(Runtime& runtime, ObjectStore& store, std::shared_ptr<FileSystem> output,
                 const Configuration& configuration, GlueLog log, DownloaderOptions options);
  ~FileDownloader();

  /// Throws NoSpaceError before anything is fetched if what is to be fetched does not fit.
  /// Otherwise failures are in the result. Cancellation is thrown, and result() then has what was
  /// done.
  Task<> download_files(OpContext context, std::vector<LayerDownload> plan);
  DownloadResult& result() { return result_; }

 private:
  struct Work {
    std::size_t layer = 0, file = 0;
  };

  Task<> choose(OpContext context, LayerDownload& layer);
  Task<std::vector<char>> already_there(OpContext context, const LayerDownload& layer);
  Task<bool> same_as_local(OpContext context, const S3FileInfo& file, std::string path);
  Task<> require_space();
  std::optional<Work> next_work();
  Task<std::optional<Work>> pull();
  Task<> download(OpContext context, Work work);
  Task<> try_download(OpContext context, const LayerConfig& layer, const S3FileInfo& file,
                      std::string path);
  Task<> fetch(OpContext context, const LayerConfig& layer, const S3FileInfo& file,
               std::string path);
  void skip(LayerDownload& layer, std::size_t file);
  void fail(Work work, const Error& error);
  void tell_progress();
  WriteOptions write_options(const S3FileInfo& file) const;

  Runtime& runtime_;
  ObjectStore& store_;
  std::shared_ptr<FileSystem> output_;
  const Configuration& configuration_;
  GlueLog log_;
  DownloaderOptions options_;
  DownloadResult result_;
  Progress progress_;
  std::unique_ptr<DownloadMemory> memory_;
  std::unique_ptr<Throughput> throughput_;
  Work next_;
};

}  // namespace sluice::glue
