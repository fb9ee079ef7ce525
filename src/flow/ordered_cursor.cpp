#include "ordered_cursor.hpp"

#include <fmt/format.h>

namespace sluice {

Task<FileInfo*> OrderedCursor::peek() {
  while (position_ == batch_.size() && !ended_) {
    const auto batch = co_await stream_->next();
    position_ = checked_ = 0;
    ended_ = !batch;
    batch_ = batch ? batch->files : std::span<FileInfo>();
    if (!batch) break;
    for (const Error& failure : batch->failures)
      on_failure_(failure);
  }
  if (position_ == batch_.size()) co_return nullptr;
  FileInfo& file = batch_[position_];
  if (checked_ > position_) co_return &file;
  checked_ = position_ + 1;
  if (seen_++ > 0 && file.path <= last_path_) {
    throw Error(ErrorCode::protocol, "list", name_,
                fmt::format("the listing is out of order: \"{}\" came after \"{}\"", file.path,
                            last_path_));
  }
  last_path_ = file.path;
  co_return &file;
}

}  // namespace sluice
