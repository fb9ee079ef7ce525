// The last phase of a sync: deleting what the source does not have.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sluice/async/errors.hpp"
#include "sync_job.hpp"

namespace sluice {
namespace {

constexpr std::size_t batch_size = 1000;

}  // namespace

// Why nothing may be deleted, or "" if it may.
std::string SyncJob::refusal_to_delete() const {
  const std::uint64_t count = extras_.size();
  if (report_.stopped) return "the run was stopped early";
  if (!report_.listing_complete) return "a listing failed or was not complete";
  if (options_.max_delete && count > *options_.max_delete) {
    return fmt::format("{} files would be deleted, more than --max-delete {}", count,
                       *options_.max_delete);
  }
  if (from_->seen() == 0 && !options_.max_delete) {
    return fmt::format(
        "the source has no files, so all {} files would be deleted; if that is meant, give "
        "--max-delete {}",
        count, count);
  }
  return "";
}

Task<> SyncJob::delete_extras() {
  if (extras_.size() == 0) co_return;
  const std::string refusal = refusal_to_delete();
  if (!refusal.empty()) {
    report_.deletions_withheld = extras_.size();
    if (!report_.stopped) {
      fail("", Error(ErrorCode::conflict, "delete extra files in", destination_.describe(),
                     "nothing was deleted: " + refusal));
    }
    co_return;
  }
  for (;;) {
    std::vector<std::string> paths = co_await extras_.take(batch_size);
    if (paths.empty() || stopping()) co_return;
    co_await remove_batch(std::move(paths));
  }
}

Task<> SyncJob::remove_batch(std::vector<std::string> paths) {
  if (options_.dry_run) {
    report_.progress.deleted += paths.size();
    for (const std::string& path : paths)
      act(SyncAction::Kind::remove, path, 0, "not in source");
    co_return;
  }
  const RemoveResult result = co_await destination_.remove(context_, paths);
  report_.progress.deleted += result.removed;
  std::set<std::string_view> kept;
  for (const RemoveFailure& failure : result.failures) {
    kept.insert(failure.path);
    fail(failure.path, failure.error);
  }
  for (const std::string& path : paths) {
    if (!kept.contains(path)) act(SyncAction::Kind::remove, path, 0, "not in source");
  }
  report_progress();
  if (destination_can_.directories) co_await remove_empty_parents(paths);
}

// Directories that the deletions have emptied go too, deepest first; one that is not empty stays.
Task<> SyncJob::remove_empty_parents(const std::vector<std::string>& paths) {
  const auto deeper = [](const std::string& a, const std::string& b) {
    const auto depth = [](const std::string& path) {
      return std::count(path.begin(), path.end(), '/');
    };
    const auto left = depth(a), right = depth(b);
    return left != right ? left > right : a < b;
  };
  std::set<std::string, decltype(deeper)> parents(deeper);
  for (const std::string& path : paths) {
    for (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0;
         slash = path.rfind('/', slash - 1)) {
      if (!parents.insert(path.substr(0, slash)).second) break;
    }
  }
  for (const std::string& parent : parents)
    co_await destination_.remove_directory(context_, parent);
}

}  // namespace sluice
