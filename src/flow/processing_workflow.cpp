#include "sluice/flow/processing_workflow.hpp"

#include <algorithm>

#include "content_hash.hpp"
#include "process_job.hpp"
#include "sluice/async/errors.hpp"

namespace sluice {
namespace {

// Leaves out what the filter does not accept, and ends a scan when it is asked to: the backlog is
// then not written at all.
class ScanStream final : public FileStream {
 public:
  ScanStream(std::unique_ptr<FileStream> inner, FileFilter filter, std::function<bool()> stop)
      : inner_(std::move(inner)), filter_(filter), stop_(std::move(stop)) {}

  Task<std::optional<FileBatch>> next() override {
    if (stop_ && stop_()) throw cancelled("scan");
    auto batch = co_await inner_->next();
    if (!batch) co_return batch;
    const auto unwanted = [this](const FileInfo& file) { return !filter_.accepts(file); };
    const auto end = std::remove_if(batch->files.begin(), batch->files.end(), unwanted);
    batch->files = batch->files.first(static_cast<std::size_t>(end - batch->files.begin()));
    co_return batch;
  }

 private:
  std::unique_ptr<FileStream> inner_;
  FileFilter filter_;
  std::function<bool()> stop_;
};

// Tells after each batch how far the scan is.
class CountedStream final : public FileStream {
 public:
  CountedStream(std::unique_ptr<FileStream> inner, std::shared_ptr<const StatusTally> tally,
                ProgressCallback on_progress)
      : inner_(std::move(inner)), tally_(std::move(tally)), on_progress_(std::move(on_progress)) {}

  Task<std::optional<FileBatch>> next() override {
    auto batch = co_await inner_->next();
    if (!batch) co_return batch;
    progress_.done = tally_->process;
    progress_.skipped = tally_->skipped + tally_->waiting + tally_->given_up + tally_->recovered;
    progress_.failed += batch->failures.size();
    if (on_progress_) on_progress_(progress_);
    co_return batch;
  }

 private:
  std::unique_ptr<FileStream> inner_;
  std::shared_ptr<const StatusTally> tally_;
  ProgressCallback on_progress_;
  Progress progress_;
};

Task<std::optional<std::string>> checksum(FileSystem* files, OpContext context, FileInfo file,
                                          std::string algorithm) {
  FindOptions find;
  find.extras = true;
  const auto found = co_await files->find(context, file.path, find);
  if (!found) co_return std::nullopt;
  if (found->extras && found->extras->checksum_algorithm == algorithm)
    co_return found->extras->checksum;
  co_return co_await content_hash(context, *files, *found, std::move(algorithm));
}

// A link to a file of the tree is the same file under a second name: each name's overwrite would
// make the other one new again, for ever. A link that leads out of the tree is never written to.
void check_links(const FileSystem& files, const ScanOptions& options) {
  if (options.walk.symlinks == Symlinks::skip) return;
  throw Error(ErrorCode::invalid_input, "scan", files.describe() + options.root,
              "a batch works on files in place and skips symbolic links");
}

Logger named(const Logger& log) {
  return log.with_fields({{"component", "workflow"}});
}

}  // namespace

ChecksumOf make_checksum_of(FileSystem& files, OpContext context) {
  return [&files, context](FileInfo file, std::string algorithm) {
    return checksum(&files, context, std::move(file), std::move(algorithm));
  };
}

ProcessingWorkflow::ProcessingWorkflow(Runtime& runtime, FileSystem& files, StatusMemory& memory)
    : runtime_(runtime), files_(files), memory_(memory), log_(named(runtime.log())) {}

void ProcessingWorkflow::set_logger(Logger logger) {
  log_ = named(logger);
  files_.set_logger(logger);
  memory_.set_logger(std::move(logger));
}

Task<ScanReport> ProcessingWorkflow::scan_and_filter(OpContext context, ScanOptions options) {
  check_links(files_, options);
  context.log = log_;
  log_.info("Scanning",
            {{"root", files_.describe() + options.root}, {"backlog", options.backlog.string()}});
  auto tally = std::make_shared<StatusTally>();
  auto walk = files_.walk(context, options.root, options.walk);
  auto files =
      std::make_unique<ScanStream>(std::move(walk), options.filter, options.stop_requested);
  auto wanted = std::make_unique<CountedStream>(memory_.needs_processing(std::move(files), tally),
                                                tally, options.on_progress);
  ScanReport report;
  report.backlog = co_await write_backlog(runtime_, options.backlog, std::move(wanted));
  report.tally = *tally;
  for (const Error& failure : report.backlog.first_failures) {
    log_.error("A part of the tree could not be scanned", {{"error", failure.what()}});
  }
  log_.info("Scanned", {{"to_process", report.backlog.files},
                        {"done_before", report.tally.skipped},
                        {"waiting", report.tally.waiting},
                        {"given_up", report.tally.given_up},
                        {"recovered", report.tally.recovered},
                        {"failures", report.backlog.failures}});
  co_return report;
}

Task<ProcessReport> ProcessingWorkflow::process_files(OpContext context, WorkSource& work,
                                                      ProcessOptions options) {
  context.log = log_;
  ProcessJob job(runtime_, std::move(context), files_, memory_, work, std::move(options));
  co_return co_await job.run();
}

}  // namespace sluice
