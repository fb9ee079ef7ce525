#include "sluice/fs/walk_order.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace sluice {
namespace {

// The byte at `index` of the path, with a directory's '/' after its end; -1 beyond.
int key_byte(const FileInfo& info, std::size_t index) {
  if (index < info.path.size()) return static_cast<unsigned char>(info.path[index]);
  return index == info.path.size() && info.type == FileType::directory ? '/' : -1;
}

class OrderCheck final : public FileStream {
 public:
  explicit OrderCheck(std::unique_ptr<FileStream> stream) : stream_(std::move(stream)) {}

  Task<std::optional<FileBatch>> next() override {
    auto batch = co_await stream_->next();
    if (batch) check(*batch);
    co_return batch;
  }

 private:
  void check(const FileBatch& batch) {
    const FileInfo* before = seen_ ? &last_ : nullptr;
    for (const FileInfo& info : batch.files) {
      if (before && walk_order(*before, info) >= 0) {
        throw Error(ErrorCode::protocol, "walk", info.path,
                    "the listing is out of order: it came after \"" + before->path + '"');
      }
      before = &info;
    }
    if (batch.files.empty()) return;
    seen_ = true;
    last_.path = before->path;  // the consumer may take the batch's own
    last_.type = before->type;
  }

  std::unique_ptr<FileStream> stream_;
  FileInfo last_;
  bool seen_ = false;
};

}  // namespace

std::strong_ordering walk_order(const FileInfo& a, const FileInfo& b) {
  const std::size_t shorter = std::min(a.path.size(), b.path.size());
  const int common = a.path.compare(0, shorter, b.path, 0, shorter);
  if (common != 0) return common <=> 0;
  for (std::size_t i = shorter;; ++i) {
    const int x = key_byte(a, i), y = key_byte(b, i);
    if (x != y || x < 0) return x <=> y;
  }
}

std::unique_ptr<FileStream> check_order(std::unique_ptr<FileStream> stream) {
  return std::make_unique<OrderCheck>(std::move(stream));
}

}  // namespace sluice
