#include "glue/file_filter.hpp"

#include <utility>

#include "glue/local_time.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice::glue {
namespace {

constexpr std::size_t heads_at_once = 16;

bool has_metadata(const FilterConfig& filters, const std::optional<FileInfo>& found) {
  if (!found || !found->extras) return false;
  for (const auto& [name, value] : filters.metadata) {
    const auto own = found->extras->metadata.find(name);
    if (own == found->extras->metadata.end() || own->second != value) return false;
  }
  return true;
}

Task<> look(OpContext context, const FilterConfig* filters, FileSystem* files, std::string key,
            char* passed) {
  const auto found = co_await files->find(std::move(context), std::move(key), {.extras = true});
  *passed = has_metadata(*filters, found) ? 1 : 0;
}

}  // namespace

bool passes(const FilterConfig& filters, std::uint64_t size,
            const std::optional<TimePoint>& modified) {
  if (filters.by_size) {
    const double megabytes = static_cast<double>(size) / (1024.0 * 1024.0);
    if (filters.min_mb && megabytes < *filters.min_mb) return false;
    if (filters.max_mb && megabytes > *filters.max_mb) return false;
  }
  if (!filters.by_date) return true;
  if (!modified) return false;
  const Date day = local_date(*modified);
  if (filters.start_date && day < *filters.start_date) return false;
  return !filters.end_date || day <= *filters.end_date;
}

Task<> keep_by_metadata(OpContext context, const FilterConfig& filters, FileSystem& files,
                        std::vector<S3FileInfo>& candidates) {
  std::vector<char> passed(candidates.size(), 0);
  const auto look_at_all = [&](TaskGroup& group) -> Task<> {
    for (std::size_t i = 0; i < candidates.size() && !group.failed(); ++i) {
      co_await group.wait_below(heads_at_once);
      group.spawn(look(context, &filters, &files, candidates[i].key, &passed[i]));
    }
  };
  co_await with_children(look_at_all);
  std::vector<S3FileInfo> kept;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (passed[i] != 0) kept.push_back(std::move(candidates[i]));
  }
  candidates = std::move(kept);
}

}  // namespace sluice::glue
