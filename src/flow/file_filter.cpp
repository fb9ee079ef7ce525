#include "sluice/flow/file_filter.hpp"

namespace sluice {

bool FileFilter::accepts(const FileInfo& file) const {
  if (min_size && file.size < *min_size) return false;
  if (max_size && file.size > *max_size) return false;
  if (not_before && (!file.mtime || *file.mtime < *not_before)) return false;
  if (not_after && (!file.mtime || *file.mtime > *not_after)) return false;
  return true;
}

}  // namespace sluice
