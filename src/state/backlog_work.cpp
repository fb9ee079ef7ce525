#include <unordered_set>
#include <utility>

#include "sluice/async/semaphore.hpp"
#include "sluice/state/backlog.hpp"
#include "sluice/state/work_source.hpp"

namespace sluice {
namespace {

class BacklogWork final : public WorkSource {
 public:
  BacklogWork(Runtime& runtime, std::filesystem::path file, std::uint64_t total)
      : subject_(file.string()),
        files_(read_backlog(runtime, std::move(file))),
        turn_(runtime.executor(), 1),
        total_(total) {}

  Task<std::vector<Lease>> take(std::size_t n) override {
    // The stream bears one reader at a time.
    const auto place = co_await turn_.acquire();
    std::vector<Lease> leases;
    while (leases.size() < n) {
      if (batch_.empty()) {
        const bool more = co_await read_on();
        if (!more) break;
      }
      leases.push_back({.id = ++last_id_, .file = std::move(batch_.front())});
      open_.insert(last_id_);
      batch_ = batch_.subspan(1);
    }
    co_return leases;
  }

  Task<SteadyTime> extend(std::uint64_t lease) override {
    if (!open_.contains(lease)) throw_not_ours(lease);
    co_return SteadyTime::max();
  }
  Task<> done(std::uint64_t lease) override {
    end(lease);
    co_return;
  }
  Task<> failed(std::uint64_t lease, Error) override {
    end(lease);
    co_return;
  }
  std::optional<std::uint64_t> total() const override { return total_; }

 private:
  Task<bool> read_on() {
    auto next = co_await files_->next();
    if (next) batch_ = next->files;
    if (!next && last_id_ != total_)
      throw Error(ErrorCode::conflict, "reading the backlog", subject_,
                  "it has changed since it was counted");
    co_return next.has_value();
  }

  void end(std::uint64_t lease) {
    if (open_.erase(lease) == 0) throw_not_ours(lease);
  }

  [[noreturn]] void throw_not_ours(std::uint64_t lease) const {
    throw Error(ErrorCode::conflict, "ending a lease", subject_,
                "lease " + std::to_string(lease) + " is not open");
  }

  std::string subject_;
  std::unique_ptr<FileStream> files_;
  Semaphore turn_;
  std::uint64_t total_;
  std::span<FileInfo> batch_;
  std::uint64_t last_id_ = 0;
  std::unordered_set<std::uint64_t> open_;
};

}  // namespace

Task<std::unique_ptr<WorkSource>> open_backlog_work(Runtime& runtime, std::filesystem::path file) {
  const std::uint64_t total = co_await count_backlog(runtime, file);
  co_return std::make_unique<BacklogWork>(runtime, std::move(file), total);
}

}  // namespace sluice
