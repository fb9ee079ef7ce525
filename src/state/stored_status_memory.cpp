#include <utility>

#include "state/status_filter.hpp"
#include "state/stored_status.hpp"

namespace sluice {

state::Change StoredStatusMemory::State::completion(const FileInfo& file) const {
  const CompletedRecord record{.version = fingerprint_of(file), .processed_at = now()};
  state::Change change;
  change.puts.push_back({keys.completed + file.path, completed_json(file.path, record)});
  change.erasures = {keys.error + file.path, keys.intent + file.path};
  return change;
}

StoredStatusMemory::StoredStatusMemory(Runtime& runtime, std::shared_ptr<KeyValueStore> store,
                                       StatusOptions options)
    : state_(std::make_shared<State>(runtime, std::move(store), std::move(options))) {}

StoredStatusMemory::~StoredStatusMemory() = default;

void StoredStatusMemory::set_logger(Logger logger) {
  state_->set_logger(logger);
}

std::unique_ptr<FileStream> StoredStatusMemory::needs_processing(
    std::unique_ptr<FileStream> files, std::shared_ptr<StatusTally> tally) {
  if (!tally) tally = std::make_shared<StatusTally>();
  return state::make_status_filter(state_, std::move(files), std::move(tally));
}

Task<> StoredStatusMemory::intend(FileInfo before, Fingerprint output) {
  const IntentRecord record{
      .input = fingerprint_of(before), .output = std::move(output), .timestamp = state_->now()};
  state::Change change;
  change.puts.push_back({state_->keys.intent + before.path, intent_json(before.path, record)});
  co_await state_->commits.commit(std::move(change));
}

Task<> StoredStatusMemory::report_done(FileInfo after) {
  state::Change change = state_->completion(after);
  co_await state_->commits.commit(std::move(change));
}

Task<> StoredStatusMemory::report_error(FileInfo file, Error error) {
  if (error.code() == ErrorCode::cancelled) co_return;
  std::string key = state_->keys.error + file.path;
  std::vector<std::string> keys{key};
  const auto known = co_await state_->store->get_many(std::move(keys));
  ErrorRecord record{.file = std::move(file),
                     .error = error.what(),
                     .code = error.code(),
                     .timestamp = state_->now(),
                     .retry_count = 1};
  if (known[0]) {
    const ErrorRecord last = parse_error(*known[0], key);
    const bool same = same_version(fingerprint_of(last.file), fingerprint_of(record.file),
                                   state_->options.policy.mtime_precision);
    if (same) record.retry_count = last.retry_count + 1;
  }
  state::Change change;
  change.puts.push_back({std::move(key), error_json(record)});
  co_await state_->commits.commit(std::move(change));
}

}  // namespace sluice
