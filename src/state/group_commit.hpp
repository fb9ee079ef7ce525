#pragma once

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice::state {

struct Change {
  std::vector<KeyValue> puts;
  std::vector<std::string> erasures;
};

/// Lets concurrent changes share one write of the store, for a durable write costs an fsync or a
/// round trip however much it carries. Whoever finds no write under way writes all that waits.
class GroupCommit {
 public:
  GroupCommit(Runtime& runtime, std::shared_ptr<KeyValueStore> store);

  /// Returns when the change is durable. If the write fails, all that shared it throw its error. A
  /// writer that is cancelled leaves the others' changes to the next one. Changes of one key must
  /// not overlap in time.
  Task<> commit(Change change);

 private:
  struct Ticket {
    Change change;
    bool done = false;
    std::exception_ptr failure;
  };
  using Tickets = std::vector<std::shared_ptr<Ticket>>;
  struct Place;

  Task<> write_batch();
  void settle(const Tickets& batch, const std::exception_ptr& thrown);

  std::shared_ptr<KeyValueStore> store_;
  WaitList changed_;
  Tickets waiting_;
  bool writing_ = false;
};

}  // namespace sluice::state
