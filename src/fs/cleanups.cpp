#include "fs/cleanups.hpp"

#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice {

/// Counts one clean-up. If its task is dropped before it ran (the runtime is closing), the part
/// goes here, on the loop: one unlink, and no leftover.
class Cleanups::Turn {
 public:
  Turn(std::shared_ptr<Cleanups> owner, std::unique_ptr<PartFile> part)
      : owner_(std::move(owner)), part_(std::move(part)) {
    ++owner_->running_;
  }
  Turn(Turn&&) = default;
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (!owner_) return;
    part_.reset();
    --owner_->running_;
    owner_->changed_.wake_all();
  }
  void remove_part() { part_.reset(); }

 private:
  std::shared_ptr<Cleanups> owner_;
  std::unique_ptr<PartFile> part_;
};

Task<> Cleanups::remove(Runtime& runtime, Turn turn) {
  auto job = [&turn] { turn.remove_part(); };
  co_await offload(runtime.disk(), job);
}

void Cleanups::take(std::unique_ptr<PartFile> part) {
  runtime_.spawn("clean-up", remove(runtime_, Turn(shared_from_this(), std::move(part))));
}

Task<void> Cleanups::idle() {
  while (running_ > 0) {
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("close");
  }
}

FileInfo OwnedPart::finish(const WriteOptions& options) {
  FileInfo info = part->seal(options);
  if (options.durable) return info;
  part->publish(options);
  part.reset();
  return info;
}

Task<> OwnedPart::to_disk(Runtime& runtime, const WriteOptions& options) {
  if (!part) co_return;
  auto publish = [this, &options] { or_drop([&] { part->publish(options); }); };
  co_await offload(runtime.disk(), publish);
  auto settle = [this] {
    or_drop([&] { part->settle(); });
    part.reset();
  };
  co_await offload(runtime.disk(), settle);
}

}  // namespace sluice
