#include <utility>

#include "sluice/async/offload.hpp"
#include "sluice/codec/gzip.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/state/backlog.hpp"
#include "state/backlog_line.hpp"
#include "state/replaced_file.hpp"

namespace sluice {
namespace {

constexpr std::size_t failures_kept = 100;
constexpr std::size_t plain_block = 128_KiB;  // what gzip packs most cheaply
constexpr std::size_t packed_block = 256_KiB;

/// The blocking half: lines, compression and file, one job a batch on the disk lane.
class BacklogWriter {
 public:
  BacklogWriter(std::filesystem::path file, std::string random_id)
      : file_(std::move(file), std::move(random_id)) {}

  void add(std::span<const FileInfo> files) {
    for (const FileInfo& file : files) {
      state::append_backlog_line(lines_, file);
      if (lines_.size() >= plain_block) pack();
    }
    if (packed_.size() >= packed_block) flush();
  }

  void commit() {
    pack();
    gzip_.finish(packed_);
    flush();
    file_.commit();
  }

 private:
  void pack() {
    gzip_.write(as_bytes(lines_), packed_);
    lines_.clear();
  }
  void flush() {
    file_.write(packed_);
    packed_.clear();
  }

  state::ReplacedFile file_;
  codec::GzipWriter gzip_;
  std::string lines_, packed_;
};

void note_failures(BacklogSummary& summary, std::span<const Error> failures) {
  summary.failures += failures.size();
  for (const Error& failure : failures) {
    if (summary.first_failures.size() == failures_kept) return;
    summary.first_failures.push_back(failure);
  }
}

}  // namespace

Task<BacklogSummary> write_backlog(Runtime& runtime, std::filesystem::path file,
                                   std::unique_ptr<FileStream> files) {
  auto open = [&file, id = runtime.random().hex_id()] {
    return std::make_unique<BacklogWriter>(file, id);
  };
  const auto writer = co_await offload(runtime.disk(), open);
  BacklogSummary summary;
  for (;;) {
    const auto batch = co_await files->next();
    if (!batch) break;
    summary.files += batch->files.size();
    note_failures(summary, batch->failures);
    auto add = [&writer, &batch] { writer->add(batch->files); };
    if (!batch->files.empty()) co_await offload(runtime.disk(), add);
  }
  auto commit = [&writer] { writer->commit(); };
  co_await offload(runtime.disk(), commit);
  co_return summary;
}

}  // namespace sluice
