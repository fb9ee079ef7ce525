#include "state/status_filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::state {
namespace {

using Memory = StoredStatusMemory::State;
using Values = std::vector<std::optional<std::string>>;

constexpr std::size_t keys_per_file = 3;
constexpr std::size_t files_per_request = 500;

bool is_file(const FileInfo& file) {
  return file.type == FileType::regular || file.type == FileType::symlink;
}

std::vector<std::string> keys_of(const StatusKeys& keys, std::span<const FileInfo> files) {
  std::vector<std::string> all;
  all.reserve(files.size() * keys_per_file);
  for (const FileInfo& file : files) {
    all.push_back(keys.completed + file.path);
    all.push_back(keys.error + file.path);
    all.push_back(keys.intent + file.path);
  }
  return all;
}

/// `values` are the file's three, in the order of keys_of.
Remembered parse_remembered(const StatusKeys& keys, const std::string& path,
                            std::span<const std::optional<std::string>> values) {
  Remembered known;
  if (values[0]) known.completed = parse_completed(*values[0], keys.completed + path);
  if (values[1]) known.error = parse_error(*values[1], keys.error + path);
  if (values[2]) known.intent = parse_intent(*values[2], keys.intent + path);
  return known;
}

class StatusFilter final : public FileStream {
 public:
  StatusFilter(std::shared_ptr<Memory> memory, std::unique_ptr<FileStream> files,
               std::shared_ptr<StatusTally> tally)
      : memory_(std::move(memory)), files_(std::move(files)), tally_(std::move(tally)) {}

  Task<std::optional<FileBatch>> next() override {
    auto batch = co_await files_->next();
    if (!batch) co_return std::nullopt;
    failures_.clear();
    const auto end = std::remove_if(batch->files.begin(), batch->files.end(),
                                    [](const FileInfo& file) { return !is_file(file); });
    const auto total = static_cast<std::size_t>(end - batch->files.begin());
    std::size_t kept = 0;
    for (std::size_t at = 0; at < total; at += files_per_request) {
      const auto part = batch->files.subspan(at, std::min(files_per_request, total - at));
      const std::size_t wanted = co_await keep_wanted(part);
      // Close the gap: the files to process come to the front of the batch, in their order.
      if (kept != at)
        std::move(part.begin(), part.begin() + std::ptrdiff_t(wanted),
                  batch->files.begin() + std::ptrdiff_t(kept));
      kept += wanted;
    }
    batch->files = batch->files.first(kept);
    if (!failures_.empty()) {
      failures_.insert(failures_.end(), batch->failures.begin(), batch->failures.end());
      batch->failures = failures_;
    }
    co_return batch;
  }

 private:
  /// Moves the files to process to the front, in their order; returns how many they are.
  Task<std::size_t> keep_wanted(std::span<FileInfo> files) {
    auto keys = keys_of(memory_->keys, files);
    const Values values = co_await memory_->store->get_many(std::move(keys));
    const TimePoint now = memory_->now();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto three = std::span(values).subspan(i * keys_per_file, keys_per_file);
      std::optional<Verdict> verdict = Verdict::process;
      if (three[0] || three[1] || three[2]) {
        const Remembered known = parse_remembered(memory_->keys, files[i].path, three);
        verdict = decide(files[i], known, now, memory_->options.policy);
        if (verdict == Verdict::verify) verdict = co_await verified(files[i], *known.intent);
      }
      if (!verdict) continue;  // a failure of this batch
      if (verdict == Verdict::recovered) co_await recover(files[i]);
      count(*verdict);
      if (verdict != Verdict::process) continue;
      if (kept != i) files[kept] = std::move(files[i]);
      ++kept;
    }
    co_return kept;
  }

  /// Lets the checksum tell whether the file is the output of its intent. nullopt: it could not be
  /// read, which is added to the failures; it stays in doubt until a later scan can.
  Task<std::optional<Verdict>> verified(FileInfo file, IntentRecord intent) {
    const Fingerprint& output = intent.output;
    std::optional<std::string> checksum;
    std::optional<Error> failed;
    try {
      if (memory_->options.checksum_of && !output.checksum.empty())
        checksum = co_await memory_->options.checksum_of(file, output.checksum_algorithm);
    } catch (...) {
      failed = error_from(std::current_exception());
    }
    if (failed) {
      if (failed->code() == ErrorCode::cancelled) throw *failed;
      failures_.push_back(std::move(failed->within("while checking an interrupted overwrite")));
      co_return std::nullopt;
    }
    if (checksum) co_return *checksum == output.checksum ? Verdict::recovered : Verdict::process;
    const Verdict verdict =
        decide_unverified(file, intent, memory_->options.policy.mtime_precision);
    memory_->log.warn("An interrupted overwrite cannot be verified",
                      {{"file", file.path}, {"counts_as_done", verdict == Verdict::recovered}});
    co_return verdict;
  }

  Task<> recover(FileInfo file) {
    memory_->log.info("An interrupted overwrite had gone through", {{"file", file.path}});
    Change change = memory_->completion(file);
    co_await memory_->commits.commit(std::move(change));
  }

  void count(Verdict verdict) {
    switch (verdict) {
      case Verdict::process:
        ++tally_->process;
        return;
      case Verdict::skip:
        ++tally_->skipped;
        return;
      case Verdict::waiting:
        ++tally_->waiting;
        return;
      case Verdict::given_up:
        ++tally_->given_up;
        return;
      case Verdict::recovered:
        ++tally_->recovered;
        return;
      case Verdict::verify:
        return;  // has become recovered or process
    }
  }

  std::shared_ptr<Memory> memory_;
  std::unique_ptr<FileStream> files_;
  std::shared_ptr<StatusTally> tally_;
  std::vector<Error> failures_;  // of the last batch: files in doubt that could not be read
};

}  // namespace

std::unique_ptr<FileStream> make_status_filter(std::shared_ptr<Memory> memory,
                                               std::unique_ptr<FileStream> files,
                                               std::shared_ptr<StatusTally> tally) {
  return std::make_unique<StatusFilter>(std::move(memory), std::move(files), std::move(tally));
}

}  // namespace sluice::state
