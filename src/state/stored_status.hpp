#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/state/status_memory.hpp"
#include "state/group_commit.hpp"
#include "state/status_keys.hpp"

namespace sluice {

/// What a memory and its streams share.
struct StoredStatusMemory::State {
  State(Runtime& world, std::shared_ptr<KeyValueStore> kept_in, StatusOptions how)
      : runtime(world),
        store(std::move(kept_in)),
        options(std::move(how)),
        keys(options.job, options.root),
        commits(runtime, store) {
    set_logger(world.log());
  }

  void set_logger(const Logger& logger) {
    log = logger.with_fields({{"component", "status_memory"}, {"backend", store->backend()}});
  }

  TimePoint now() const { return runtime.clock().now(); }
  state::Change completion(const FileInfo& file) const;

  Runtime& runtime;
  std::shared_ptr<KeyValueStore> store;
  StatusOptions options;
  state::StatusKeys keys;
  Logger log;
  state::GroupCommit commits;
};

}  // namespace sluice
