#include "sync_job.hpp"

#include <algorithm>
#include <utility>

#include "private_directory.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/flow/transfer.hpp"
#include "sync_compare.hpp"

namespace sluice {
namespace {

constexpr std::size_t spill_memory = 1 << 20;

// A destination whose root is not there yet is an empty one.
class MissingIsEmpty final : public FileStream {
 public:
  explicit MissingIsEmpty(std::unique_ptr<FileStream> inner) : inner_(std::move(inner)) {}

  Task<std::optional<FileBatch>> next() override {
    try {
      auto batch = co_await inner_->next();
      first_ = false;
      co_return batch;
    } catch (const Error& error) {
      if (!first_ || error.code() != ErrorCode::not_found) throw;
    }
    co_return std::nullopt;
  }

 private:
  std::unique_ptr<FileStream> inner_;
  bool first_ = true;
};

}  // namespace

SyncJob::SyncJob(Runtime& runtime, OpContext context, FileSystem& source, FileSystem& destination,
                 SyncOptions options)
    : runtime_(runtime),
      context_(std::move(context)),
      source_(source),
      destination_(destination),
      options_(std::move(options)),
      source_can_(source.capabilities()),
      destination_can_(destination.capabilities()),
      limit_(std::make_shared<AdaptiveLimit>(options_.concurrency, runtime.shared_clock())),
      extras_(runtime, temporary_directory_or_default(options_.temporary_directory), spill_memory),
      deferred_(runtime, temporary_directory_or_default(options_.temporary_directory),
                spill_memory),
      deferring_(options_.delete_extra) {
  context_.load = limit_;
}

Task<SyncReport> SyncJob::run_merge() {
  const auto on_failure = [this](const Error& error) {
    report_.listing_complete = false;
    fail("", error);
  };
  from_ = std::make_unique<OrderedCursor>(source_.walk(context_, "", options_.walk),
                                          source_.describe(), on_failure);
  auto there = destination_.walk(context_, "", options_.walk);
  // Where there are no directories, what is missing is the store itself: nothing can be copied.
  if (destination_can_.directories) there = std::make_unique<MissingIsEmpty>(std::move(there));
  to_ = std::make_unique<OrderedCursor>(std::move(there), destination_.describe(), on_failure);

  co_return co_await reported(merge());
}

Task<> SyncJob::merge() {
  auto next = [this] { return next_of_merge(); };
  auto work = [this](Work item) { return work_on(std::move(item)); };
  co_await for_each_concurrent(*limit_, next, work);
  if (options_.delete_extra) co_await delete_extras();
  deferring_ = false;
  co_await copy_deferred();
}

Task<SyncReport> SyncJob::reported(Task<> run) {
  std::optional<Error> failed;
  try {
    co_await std::move(run);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  if (failed && failed->code() != ErrorCode::cancelled) throw *failed;
  if (failed) {
    // Who cancelled it still wants to know what was done; nothing may cut short what comes now.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    report_.stopped = true;
  }
  co_return std::move(report_);
}

Task<SyncReport> SyncJob::run_named(NextName next_name) {
  auto next = [this, &next_name]() { return next_named(next_name); };
  auto work = [this](Work item) { return work_on(std::move(item)); };
  co_return co_await reported(for_each_concurrent(*limit_, next, work));
}

// The names are looked up one after another only as far as asked for; the look-up itself is part of
// the work.
Task<std::optional<SyncJob::Work>> SyncJob::next_named(const NextName& next_name) {
  if (stopping()) co_return std::nullopt;
  auto name = co_await next_name();
  if (!name) co_return std::nullopt;
  Work work;
  work.source.path = std::move(*name);
  work.named = true;
  co_return work;
}

Task<std::optional<SyncJob::Work>> SyncJob::next_of_merge() {
  std::optional<Error> broken;
  try {
    while (!stopping()) {
      FileInfo* const from = co_await from_->peek();
      FileInfo* const to = co_await to_->peek();
      if (!from && !to) co_return std::nullopt;
      if (!from || (to && to->path < from->path)) {
        co_await note_extra(*to);
        to_->advance();
        continue;
      }
      if (!to || from->path < to->path) {
        Work work;
        work.source = std::move(*from);
        work.reason = "missing";
        from_->advance();
        if (options_.filter.accepts(work.source)) co_return work;
        skip(work.source, "filtered");
        continue;
      }
      auto work = decide_pair(std::move(*from), std::move(*to));
      from_->advance();
      to_->advance();
      if (work) co_return work;
    }
    co_return std::nullopt;
  } catch (...) {
    broken = error_from(std::current_exception());
  }
  if (broken->code() == ErrorCode::cancelled) throw *broken;
  // A listing that broke off: what runs may end, nothing new is begun, nothing is deleted.
  report_.listing_complete = false;
  if (from_->seen() == 0) throw *broken;
  fail("", *broken);
  co_return std::nullopt;
}

std::optional<SyncJob::Work> SyncJob::decide_pair(FileInfo source, FileInfo destination) {
  if (!options_.filter.accepts(source)) {
    skip(source, "filtered");
    return std::nullopt;
  }
  Work work;
  if (options_.ignore_existing) {
    skip(source, "exists");
    return std::nullopt;
  }
  if (options_.ignore_times) {
    work.reason = "asked for";
  } else {
    const Comparison compared =
        compare_listed(source, source_can_, destination, destination_can_, options_.compare);
    if (compared.likeness == Likeness::same) {
      skip(source, "same");
      return std::nullopt;
    }
    work.ask = compared.likeness == Likeness::ask;
    work.reason = compared.reason;
  }
  work.source = std::move(source);
  work.destination = std::move(destination);
  return work;
}

Task<> SyncJob::note_extra(const FileInfo& file) {
  if (options_.delete_extra && options_.filter.accepts(file)) co_await extras_.add(file.path);
}

Task<> SyncJob::work_on(Work work) {
  std::optional<Error> failed;
  ++report_.progress.in_flight;
  try {
    bool wanted = true;
    if (work.named || work.ask) wanted = co_await needed(work);
    if (wanted) co_await copy(work);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  --report_.progress.in_flight;
  if (failed) {
    if (failed->code() == ErrorCode::cancelled) throw *failed;
    // A file in the way of a directory, or the reverse, may be gone after the deletions; a changed
    // file can be read again.
    if (deferring_ && failed->code() == ErrorCode::conflict) {
      co_await deferred_.add(std::move(work.source.path));
      co_return;
    }
    fail(std::move(work.source.path), *failed);
  }
  report_progress();
}

Task<bool> SyncJob::needed(Work& work) {
  if (work.named) {
    auto found = co_await source_.find(context_, work.source.path, {});
    if (!found)
      throw Error(ErrorCode::not_found, "copy", source_.describe() + work.source.path,
                  "no such file");
    work.source = std::move(*found);
    if (work.deferred) co_return true;  // was decided when it was listed
    work.reason = "named";
    if (!options_.filter.accepts(work.source)) {
      skip(work.source, "filtered");
      co_return false;
    }
    if (options_.ignore_times) co_return true;
    auto there = co_await destination_.find(context_, work.source.path, {});
    if (!there) co_return true;
    auto decided = decide_pair(work.source, std::move(*there));
    if (!decided) co_return false;
    work = std::move(*decided);
  }
  if (!work.ask) co_return true;
  const Comparison compared = co_await compare_files(context_, source_, work.source, destination_,
                                                     *work.destination, options_.compare);
  work.reason = compared.reason;
  if (compared.likeness == Likeness::same) skip(work.source, "same");
  co_return compared.likeness != Likeness::same;
}

Task<> SyncJob::copy(const Work& work) {
  const std::uint64_t size = work.source.size;
  const std::string path = work.source.path;
  if (options_.dry_run) {
    report_.would_copy_bytes += size;
  } else {
    const SteadyTime began = runtime_.clock().steady();
    co_await transfer_counted(work.source);
    limit_->finished(size);
    context_.log.info(
        "File copied",
        {{"file", path}, {"size", size}, {"duration", runtime_.clock().steady() - began}});
  }
  ++report_.progress.done;
  act(SyncAction::Kind::copy, path, size, work.reason);
}

// What passed of a file that fails is taken back from the bytes.
Task<> SyncJob::transfer_counted(FileInfo file) {
  Transfer what;
  what.source = &source_;
  what.destination = &destination_;
  what.path = file.path;
  what.options = options_for_copy(source_, destination_, file, options_.attributes);
  what.options.durable = options_.durable;
  if (options_.compare == Compare::metadata_time && what.options.mtime)
    what.options.mtime = co_await original_mtime(context_, source_, file);
  what.file = std::move(file);
  std::uint64_t passed = 0;
  what.on_bytes = [this, &passed](std::uint64_t bytes) {
    passed += bytes;
    report_.progress.bytes += bytes;
    report_progress();
  };
  std::exception_ptr thrown;
  try {
    co_await transfer(context_, std::move(what));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  report_.progress.bytes -= passed;
  std::rethrow_exception(thrown);
}

Task<> SyncJob::copy_deferred() {
  auto next = [this]() { return next_deferred(); };
  auto work = [this](Work item) { return work_on(std::move(item)); };
  co_await for_each_concurrent(*limit_, next, work);
}

Task<std::optional<SyncJob::Work>> SyncJob::next_deferred() {
  if (stopping()) co_return std::nullopt;
  const auto paths = co_await deferred_.take(1);
  if (paths.empty()) co_return std::nullopt;
  Work work;
  work.source.path = paths.front();
  work.named = work.deferred = true;
  work.reason = "deferred";
  co_return work;
}

void SyncJob::fail(std::string path, Error error) {
  context_.log.error("A file could not be synced", {{"file", path}, {"error", error.what()}});
  ++report_.progress.failed;
  report_.failures.add(std::move(path), std::move(error));
}

void SyncJob::skip(const FileInfo& file, std::string_view reason) {
  ++report_.progress.skipped;
  act(SyncAction::Kind::skip, file.path, file.size, reason);
  if (report_.progress.skipped % 1024 == 0) report_progress();
}

void SyncJob::act(SyncAction::Kind kind, const std::string& path, std::uint64_t size,
                  std::string_view reason) const {
  if (options_.on_action) options_.on_action({kind, path, size, std::string(reason)});
}

void SyncJob::report_progress() const {
  if (options_.on_progress) options_.on_progress(report_.progress);
}

bool SyncJob::stopping() {
  const bool asked = options_.stop_requested && options_.stop_requested();
  const bool too_many = options_.max_errors && report_.progress.failed > *options_.max_errors;
  if (asked || too_many) report_.stopped = true;
  return report_.stopped;
}

}  // namespace sluice
