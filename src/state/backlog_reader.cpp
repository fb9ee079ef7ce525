#include <array>
#include <utility>

#include "sluice/async/offload.hpp"
#include "sluice/state/backlog.hpp"
#include "state/backlog_line.hpp"
#include "state/gzip_lines.hpp"

namespace sluice {
namespace {

constexpr std::size_t batch_size = 1000;

/// The blocking half: one job a batch on the disk lane. The strings of a batch are used again.
class BacklogBatches {
 public:
  explicit BacklogBatches(std::filesystem::path file) : lines_(std::move(file)) {}

  /// The next files, at most batch_size; none is the end.
  std::span<FileInfo> next() {
    std::size_t size = 0;
    while (size < batch_size) {
      const auto line = lines_.next();
      if (!line) break;
      if (size == files_.size()) files_.emplace_back();
      FileInfo& file = files_[size++];
      if (!state::parse_own_line(*line, file)) file = state::parse_any_line(*line, lines_.place());
    }
    return std::span(files_).first(size);
  }

 private:
  state::GzipLines lines_;
  std::vector<FileInfo> files_;
};

class BacklogStream final : public FileStream {
 public:
  BacklogStream(Runtime& runtime, std::filesystem::path file)
      : lane_(runtime.disk()), file_(std::move(file)) {}

  Task<std::optional<FileBatch>> next() override {
    if (failure_) throw *failure_;
    if (ended_) co_return std::nullopt;
    std::span<FileInfo> files;
    auto read = [this, &files] {
      if (!batches_) batches_ = std::make_unique<BacklogBatches>(std::move(file_));
      files = batches_->next();
    };
    try {
      co_await offload(lane_, read);
    } catch (const Error& error) {
      failure_ = error;
    }
    if (failure_) throw *failure_;
    ended_ = files.empty();
    if (ended_) co_return std::nullopt;
    co_return FileBatch{.files = files, .failures = {}};
  }

 private:
  Lane& lane_;
  std::filesystem::path file_;
  std::unique_ptr<BacklogBatches> batches_;
  std::optional<Error> failure_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<FileStream> read_backlog(Runtime& runtime, std::filesystem::path file) {
  return std::make_unique<BacklogStream>(runtime, std::move(file));
}

Task<std::uint64_t> count_backlog(Runtime& runtime, std::filesystem::path file) {
  auto count = [&file] { return state::GzipLines(file).count(); };
  co_return co_await offload(runtime.disk(), count);
}

}  // namespace sluice
