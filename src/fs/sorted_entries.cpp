#include "fs/sorted_entries.hpp"

#include <algorithm>

#include "fs/file_record.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/fs/walk_order.hpp"

namespace sluice {
namespace {

// About 2 MiB of names and attributes.
constexpr std::size_t most_kept = 10'000;
constexpr std::size_t page_size = 1000;

}  // namespace

SortedEntries::SortedEntries(Runtime& runtime, std::size_t memory, std::filesystem::path scratch)
    : runtime_(runtime), memory_(memory), scratch_(std::move(scratch)) {}

SortedEntries::~SortedEntries() = default;

Task<> SortedEntries::add(std::vector<FileInfo> entries) {
  if (page_.empty()) {
    page_ = std::move(entries);
  } else {
    page_.insert(page_.end(), std::move_iterator(entries.begin()),
                 std::move_iterator(entries.end()));
  }
  if (page_.size() < (sorter_ ? page_size : most_kept)) co_return;
  co_await offload(runtime_.disk(), [this] { to_sorter(); });
}

Task<> SortedEntries::finish() {
  if (!sorter_) {
    // Some thousands of comparisons: well below a millisecond.
    sort_page();
    ended_ = true;
    co_return;
  }
  co_await offload(runtime_.disk(), [this] {
    to_sorter();
    sorter_->finish();
  });
}

void SortedEntries::sort_page() {
  std::ranges::sort(page_,
                    [](const FileInfo& a, const FileInfo& b) { return walk_order(a, b) < 0; });
}

void SortedEntries::to_sorter() {
  if (!sorter_) sorter_ = std::make_unique<RecordSorter>(memory_, scratch_);
  for (const FileInfo& entry : page_) {
    const std::string key = entry.type == FileType::directory ? entry.path + '/' : entry.path;
    sorter_->add(key, encode_file_record(entry));
  }
  page_.clear();
}

Task<bool> SortedEntries::more() {
  if (ended_) co_return false;
  co_await offload(runtime_.disk(), [this] {
    page_.clear();
    at_ = 0;
    while (page_.size() < page_size) {
      const auto record = sorter_->next();
      if (!record) {
        ended_ = true;
        return;
      }
      std::string name(record->key);
      if (name.ends_with('/')) name.pop_back();
      page_.push_back(decode_file_record(std::move(name), record->payload));
    }
  });
  co_return !page_.empty();
}

}  // namespace sluice
