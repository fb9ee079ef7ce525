#include "fs/memory_fs_parts.hpp"
#include "sluice/core/bytes.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::size_t chunk_size = 256_KiB;

}  // namespace

bool MemoryFs::Walk::accepts(const std::string& path) const {
  const std::string_view relative = std::string_view(path).substr(prefix_.size());
  const auto depth = static_cast<std::size_t>(std::ranges::count(relative, '/')) + 1;
  return (!options_.max_depth || depth <= *options_.max_depth) && filter_.accepts(relative);
}

Task<std::optional<FileBatch>> MemoryFs::Walk::next() {
  owner_.begin(context_, "walk", prefix_);
  batch_.clear();
  const auto& files = owner_.files_;
  auto at = after_ < prefix_ ? files.lower_bound(prefix_) : files.upper_bound(after_);
  for (; at != files.end() && at->first.starts_with(prefix_); ++at) {
    if (!accepts(at->first)) continue;
    batch_.push_back(at->second.info);
    if (!options_.extras) batch_.back().extras.reset();
    if (batch_.size() == owner_.options_.batch) break;
  }
  if (batch_.empty()) co_return std::nullopt;
  after_ = batch_.back().path;
  co_return FileBatch{batch_, {}};
}

Task<Bytes> MemoryFs::Source::next() {
  owner_.begin(context_, "read", info_.path);
  const Bytes chunk = rest_.first(std::min(chunk_size, rest_.size()));
  rest_ = rest_.subspan(chunk.size());
  co_return chunk;
}

void MemoryFs::Sink::require_open() const {
  if (!finished_) return;
  throw Error(ErrorCode::internal, "write", path_, "the sink was finished before");
}

Task<void> MemoryFs::Sink::write(Bytes bytes) {
  require_open();
  owner_.begin(context_, "write", path_);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  if (options_.size && bytes_.size() > *options_.size) {
    throw Error(ErrorCode::conflict, "write", path_, "more bytes than were announced");
  }
  co_return;
}

Task<FileInfo> MemoryFs::Sink::commit() {
  require_open();
  finished_ = true;
  owner_.begin(context_, "commit", path_);
  co_return owner_.store(path_, std::move(bytes_), options_);
}

Task<void> MemoryFs::Sink::abort() {
  finished_ = true;
  bytes_ = {};
  co_return;
}

}  // namespace sluice
