#pragma once

#include <cstddef>
#include <memory>

#include "fs/part_file.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Removes on the disk lane what writers left unfinished; close() of the file system waits for it.
/// Lives on the loop.
class Cleanups : public std::enable_shared_from_this<Cleanups> {
 public:
  explicit Cleanups(Runtime& runtime) : runtime_(runtime), changed_(runtime.executor()) {}

  void take(std::unique_ptr<PartFile> part);
  std::size_t running() const { return running_; }
  /// Waits until nothing is being cleaned up; throws Error{cancelled}.
  Task<void> idle();

 private:
  class Turn;
  static Task<> remove(Runtime& runtime, Turn turn);

  Runtime& runtime_;
  std::size_t running_ = 0;
  WaitList changed_;
};

/// A part whose owner may end at any moment, on the loop; it then goes to the clean-ups.
class OwnedPart {
 public:
  explicit OwnedPart(std::shared_ptr<Cleanups> cleanups) : cleanups_(std::move(cleanups)) {}
  OwnedPart(const OwnedPart&) = delete;
  OwnedPart& operator=(const OwnedPart&) = delete;
  ~OwnedPart() {
    if (part) cleanups_->take(std::move(part));
  }

  /// A failed write is final: the temporary goes at once, not when its owner finds the time.
  template <class F>
  auto or_drop(F step) {
    try {
      return step();
    } catch (...) {
      part.reset();
      throw;
    }
  }
  /// Gives a part that is written whole its attributes and its name. One that must be durable gets
  /// the name in to_disk(). For jobs of the disk lane.
  FileInfo finish(const WriteOptions& options);
  /// Waits, together with others, until a part that must be durable is on disk under its name.
  Task<> to_disk(Runtime& runtime, const WriteOptions& options);

  std::unique_ptr<PartFile> part;

 private:
  std::shared_ptr<Cleanups> cleanups_;
};

}  // namespace sluice
