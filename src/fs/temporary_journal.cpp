#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "fs/journal_file.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {
namespace {

Task<> forget_later(Runtime& runtime, std::shared_ptr<JournalFiles> files, Temporary temporary) {
  auto job = [&files, &temporary] { files->forget(temporary); };
  co_await offload(runtime.disk(), job);
}

class FileJournal final : public TemporaryJournal {
 public:
  FileJournal(Runtime& runtime, std::filesystem::path directory)
      : runtime_(runtime),
        files_(std::make_shared<JournalFiles>(
            std::move(directory), fmt::format("{}-{}", ::getpid(), runtime.random().hex_id()),
            runtime.shared_clock(), runtime.log())) {}

  Task<void> record(Temporary temporary) override {
    auto job = [this, &temporary] { files_->record(temporary, JournalFiles::Force::now); };
    co_await offload(runtime_.disk(), job);
  }

  void forget(const Temporary& temporary) override {
    runtime_.spawn("forget a temporary", forget_later(runtime_, files_, temporary));
  }

  Task<std::vector<Temporary>> orphans() override {
    auto job = [this] { return files_->orphans(); };
    auto found = co_await offload(runtime_.disk(), job);
    co_return found;
  }

  void record_in_job(const Temporary& temporary) override {
    files_->record(temporary, JournalFiles::Force::soon);
  }
  void forget_in_job(const Temporary& temporary) override { files_->forget(temporary); }

 private:
  Runtime& runtime_;
  std::shared_ptr<JournalFiles> files_;
};

}  // namespace

std::shared_ptr<TemporaryJournal> make_temporary_journal(Runtime& runtime,
                                                         std::filesystem::path directory) {
  return std::make_shared<FileJournal>(runtime, std::move(directory));
}

}  // namespace sluice
