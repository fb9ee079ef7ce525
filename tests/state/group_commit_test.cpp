#include "state/group_commit.hpp"

#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/state/memory_store.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::state;
using namespace std::chrono_literals;

namespace {

/// A store whose writes take a while, and fail when told to.
class SlowStore final : public KeyValueStore {
 public:
  int writes = 0;
  std::optional<Error> failure;

  Task<> write(std::vector<KeyValue> puts, std::vector<std::string> erasures) override {
    ++writes;
    co_await sleep_for(20ms);
    if (failure) throw *failure;
    co_await pairs_->write(std::move(puts), std::move(erasures));
  }
  Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) override {
    return pairs_->get_many(std::move(keys));
  }
  Task<std::vector<KeyValue>> scan(std::string prefix, std::string after,
                                   std::size_t limit) override {
    return pairs_->scan(std::move(prefix), std::move(after), limit);
  }
  Task<std::uint64_t> count(std::string prefix) override {
    return pairs_->count(std::move(prefix));
  }
  Task<> close() override { co_return; }

 private:
  std::unique_ptr<KeyValueStore> pairs_ = make_memory_store();
};

Change put(int i) {
  Change change;
  change.puts.push_back({"k" + std::to_string(i), "v"});
  return change;
}

Task<> commit_and_look(GroupCommit& commits, KeyValueStore& store, int i, int& durable) {
  co_await commits.commit(put(i));
  std::vector<std::string> keys{"k" + std::to_string(i)};
  const auto values = co_await store.get_many(std::move(keys));
  if (values[0]) ++durable;
}

Task<> commit_and_fail(GroupCommit& commits, int i, int& failures) {
  try {
    co_await commits.commit(put(i));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::no_space) ++failures;
  }
}

Task<> commit_briefly(GroupCommit& commits, int i, Duration patience, int& timeouts) {
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  try {
    co_await with_deadline(end, "commit", commits.commit(put(i)));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::timeout) ++timeouts;
  }
}

Task<> shares_writes(Runtime& runtime) {
  const auto store = std::make_shared<SlowStore>();
  GroupCommit commits(runtime, store);
  int durable = 0;
  TaskGroup group(runtime.executor());
  for (int i = 0; i < 100; ++i)
    group.spawn(commit_and_look(commits, *store, i, durable));
  co_await group.join();
  CHECK(durable == 100);
  CHECK(store->writes <= 3);
}

Task<> shares_failures(Runtime& runtime) {
  const auto store = std::make_shared<SlowStore>();
  store->failure = Error(ErrorCode::no_space, "write", "state.db", "full");
  GroupCommit commits(runtime, store);
  int failures = 0;
  TaskGroup group(runtime.executor());
  for (int i = 0; i < 20; ++i)
    group.spawn(commit_and_fail(commits, i, failures));
  co_await group.join();
  CHECK(failures == 20);
  // What failed is not written later.
  store->failure.reset();
  co_await commits.commit(put(99));
  const auto count = co_await store->count("k");
  CHECK(count == 1);
}

Task<> survives_cancelled_writers(Runtime& runtime) {
  const auto store = std::make_shared<SlowStore>();
  GroupCommit commits(runtime, store);
  int durable = 0, timeouts = 0;
  TaskGroup group(runtime.executor());
  // The first one writes alone and is stopped; the next one leads the rest and is stopped, too.
  group.spawn(commit_briefly(commits, 1000, 5ms, timeouts));
  group.spawn(commit_briefly(commits, 1001, 12ms, timeouts));
  group.spawn(commit_briefly(commits, 1002, 1ms, timeouts));
  for (int i = 0; i < 30; ++i)
    group.spawn(commit_and_look(commits, *store, i, durable));
  co_await group.join();
  CHECK(timeouts == 3);
  CHECK(durable == 30);
}

}  // namespace

TEST_CASE("GroupCommit: concurrent changes share a write, and each returns when it is durable") {
  sluice::test::run(shares_writes);
}
TEST_CASE("GroupCommit: a write that fails is told to all that shared it") {
  sluice::test::run(shares_failures);
}
TEST_CASE("GroupCommit: a writer that is cancelled leaves the others' changes to them") {
  sluice::test::run(survives_cancelled_writers);
}
