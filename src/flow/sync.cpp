#include "sluice/flow/sync.hpp"

#include "sync_job.hpp"

namespace sluice {

Task<SyncReport> sync(Runtime& runtime, OpContext context, FileSystem& source,
                      FileSystem& destination, SyncOptions options) {
  SyncJob job(runtime, std::move(context), source, destination, std::move(options));
  co_return co_await job.run_merge();
}

Task<SyncReport> copy_named(Runtime& runtime, OpContext context, FileSystem& source,
                            std::function<Task<std::optional<std::string>>()> next_name,
                            FileSystem& destination, SyncOptions options) {
  SyncJob job(runtime, std::move(context), source, destination, std::move(options));
  co_return co_await job.run_named(std::move(next_name));
}

}  // namespace sluice
