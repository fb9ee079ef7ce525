#include "sluice/fs/sorted_stream.hpp"

#include <utility>
#include <vector>

#include "fs/file_record.hpp"
#include "fs/record_sorter.hpp"
#include "sluice/async/offload.hpp"

namespace sluice {
namespace {

constexpr std::size_t batch_size = 1000;

class SortedStream final : public FileStream {
 public:
  SortedStream(Runtime& runtime, std::unique_ptr<FileStream> stream, SortOptions options)
      : runtime_(runtime),
        stream_(std::move(stream)),
        sorter_(options.memory, std::move(options.scratch)) {}

  Task<std::optional<FileBatch>> next() override {
    while (stream_) {
      const auto batch = co_await stream_->next();
      auto job = [this, &batch] { take(batch); };
      co_await offload(runtime_.disk(), job);
      if (!batch) stream_.reset();
      if (batch && !batch->failures.empty()) co_return FileBatch{{}, batch->failures};
    }
    auto job = [this] { fill(); };
    co_await offload(runtime_.disk(), job);
    if (batch_.empty()) co_return std::nullopt;
    co_return FileBatch{batch_, {}};
  }

 private:
  void take(const std::optional<FileBatch>& batch) {
    if (!batch) return sorter_.finish();
    for (const FileInfo& info : batch->files) {
      key_.assign(info.path);
      if (info.type == FileType::directory) key_.push_back('/');
      sorter_.add(key_, encode_file_record(info));
    }
  }

  void fill() {
    batch_.clear();
    while (batch_.size() < batch_size) {
      const auto record = sorter_.next();
      if (!record) return;
      batch_.push_back(decode_file_record(std::string(record->key), record->payload));
      FileInfo& info = batch_.back();
      if (info.type == FileType::directory) info.path.pop_back();
    }
  }

  Runtime& runtime_;
  std::unique_ptr<FileStream> stream_;  // until it has ended
  RecordSorter sorter_;
  std::string key_;
  std::vector<FileInfo> batch_;
};

}  // namespace

std::unique_ptr<FileStream> sort_stream(Runtime& runtime, std::unique_ptr<FileStream> stream,
                                        SortOptions options) {
  return std::make_unique<SortedStream>(runtime, std::move(stream), std::move(options));
}

}  // namespace sluice
