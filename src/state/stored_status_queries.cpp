#include <utility>

#include "state/stored_status.hpp"

namespace sluice {
namespace {

// Keys a page: large, for Redis walks all its keys for each.
constexpr std::size_t page_size = 10'000;

}  // namespace

Task<StatusCounts> StoredStatusMemory::counts() {
  StatusCounts counts;
  counts.completed = co_await state_->store->count(state_->keys.completed);
  counts.intents = co_await state_->store->count(state_->keys.intent);
  std::string after;
  for (;;) {
    const auto page = co_await errors(after, page_size);
    for (const ErrorRecord& record : page) {
      ++counts.errors;
      if (record.retry_count >= state_->options.policy.retry.max_tries) ++counts.given_up;
    }
    if (page.size() < page_size) co_return counts;
    after = page.back().file.path;
  }
}

Task<std::vector<ErrorRecord>> StoredStatusMemory::errors(std::string after_path,
                                                          std::size_t limit) {
  const std::string& prefix = state_->keys.error;
  std::string after = after_path.empty() ? "" : prefix + after_path;
  const auto pairs = co_await state_->store->scan(prefix, std::move(after), limit);
  std::vector<ErrorRecord> records;
  records.reserve(pairs.size());
  for (const KeyValue& pair : pairs)
    records.push_back(parse_error(pair.value, pair.key));
  co_return records;
}

Task<std::uint64_t> StoredStatusMemory::retry_now() {
  std::uint64_t changed = 0;
  std::string after;
  for (;;) {
    auto page = co_await errors(after, page_size);
    std::vector<KeyValue> puts;
    for (ErrorRecord& record : page) {
      record.retry_count = 0;
      puts.push_back({state_->keys.error + record.file.path, error_json(record)});
    }
    changed += puts.size();
    if (!puts.empty()) co_await state_->store->put_many(std::move(puts));
    if (page.size() < page_size) co_return changed;
    after = std::move(page.back().file.path);
  }
}

Task<> StoredStatusMemory::forget(std::vector<std::string> paths) {
  std::vector<std::string> erasures;
  erasures.reserve(paths.size() * 3);
  for (const std::string& path : paths) {
    erasures.push_back(state_->keys.completed + path);
    erasures.push_back(state_->keys.error + path);
    erasures.push_back(state_->keys.intent + path);
  }
  co_await state_->store->erase_many(std::move(erasures));
}

Task<std::uint64_t> StoredStatusMemory::reset() {
  std::uint64_t erased = 0;
  for (;;) {
    auto page = co_await state_->store->scan(state_->keys.all, "", page_size);
    const bool last = page.size() < page_size;
    std::vector<std::string> keys;
    for (KeyValue& pair : page)
      keys.push_back(std::move(pair.key));
    erased += keys.size();
    if (!keys.empty()) co_await state_->store->erase_many(std::move(keys));
    if (last) co_return erased;
  }
}

}  // namespace sluice
