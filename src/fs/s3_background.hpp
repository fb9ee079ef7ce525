#pragma once

#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

/// What an S3 file system still does for objects that are gone: aborting uploads, reading a page
/// ahead. Failures are logged. Lives on the loop.
class S3Background {
 public:
  S3Background(Runtime& runtime, Duration limit)
      : runtime_(runtime), limit_(limit), group_(runtime.executor()) {
    set_logger(runtime.log());
  }

  void set_logger(const Logger& logger) {
    log_ = logger.with_fields({{"component", "filesystem"}, {"type", "s3"}});
  }

  /// Clean-up gets a time of its own (`limit`), since what failed may have used up its caller's.
  void clean_up(std::string what, Task<> task);
  void run(std::string what, Task<> task);
  OpContext context() const;
  /// Waits for all; what has not ended at context.deadline is cancelled.
  Task<> close(OpContext context);

 private:
  static Task<> guarded(Logger log, std::string what, Task<> task);

  Runtime& runtime_;
  Duration limit_;
  Logger log_;
  TaskGroup group_;
};

}  // namespace sluice
