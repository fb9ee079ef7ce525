#include "sluice/state/work_source.hpp"

#include <doctest/doctest.h>

#include <set>

#include "sluice/async/task_group.hpp"
#include "sluice/state/backlog.hpp"
#include "state/listed_files.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

using namespace sluice;
using namespace sluice::state::test;

namespace {

Task<std::unique_ptr<WorkSource>> work_of(Runtime& runtime, std::filesystem::path file,
                                          std::size_t files) {
  std::vector<FileInfo> list;
  for (std::size_t i = 0; i < files; ++i)
    list.push_back(file_at("f" + std::to_string(i), i));
  co_await write_backlog(runtime, file, listed(std::move(list)));
  co_return co_await open_backlog_work(runtime, file);
}

Task<> takes_each_file_once(Runtime& runtime, std::filesystem::path file) {
  const auto work = co_await work_of(runtime, file, 2500);
  CHECK(work->total() == 2500);
  std::size_t seen = 0;
  for (;;) {
    const auto leases = co_await work->take(7);
    if (leases.empty()) break;
    for (const Lease& lease : leases) {
      CHECK(lease.file == file_at("f" + std::to_string(seen), seen));
      ++seen;
      co_await work->done(lease.id);
    }
  }
  CHECK(seen == 2500);
}

Task<> work_off(WorkSource& work, std::set<std::string>& seen) {
  for (;;) {
    auto leases = co_await work.take(3);
    if (leases.empty()) co_return;
    for (Lease& lease : leases) {
      seen.insert(std::move(lease.file.path));
      const Error failure(ErrorCode::network, "get", "x", "reset");
      co_await work.failed(lease.id, failure);
    }
  }
}

Task<> shares_among_workers(Runtime& runtime, std::filesystem::path file) {
  const auto work = co_await work_of(runtime, file, 2500);
  std::set<std::string> seen;
  TaskGroup group(runtime.executor());
  for (int i = 0; i < 20; ++i)
    group.spawn(work_off(*work, seen));
  co_await group.join();
  CHECK(seen.size() == 2500);
}

Task<> ends_a_lease_once(Runtime& runtime, std::filesystem::path file) {
  const auto work = co_await work_of(runtime, file, 2);
  const auto leases = co_await work->take(1);
  const SteadyTime until = co_await work->extend(leases.at(0).id);
  CHECK(until == SteadyTime::max());
  co_await work->done(leases[0].id);
  co_await work->extend(leases[0].id);
}

Task<> notices_a_change(Runtime& runtime, std::filesystem::path file) {
  const auto longer = co_await work_of(runtime, file, 5);
  co_await write_backlog(runtime, file, listed({file_at("a", 1)}));
  for (;;) {
    const auto leases = co_await longer->take(10);
    if (leases.empty()) co_return;
  }
}

}  // namespace

TEST_CASE("backlog work: every file is leased once, in order") {
  const sluice::test::TemporaryDirectory scratch;
  sluice::test::run(
      [&](Runtime& runtime) { return takes_each_file_once(runtime, scratch / "b.gz"); });
}

TEST_CASE("backlog work: concurrent workers share it") {
  const sluice::test::TemporaryDirectory scratch;
  sluice::test::run(
      [&](Runtime& runtime) { return shares_among_workers(runtime, scratch / "b.gz"); });
}

TEST_CASE("backlog work: a lease that has ended is no longer ours") {
  const sluice::test::TemporaryDirectory scratch;
  const auto error = sluice::test::error_of(
      [&](Runtime& runtime) { return ends_a_lease_once(runtime, scratch / "b.gz"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::conflict);
}

TEST_CASE("backlog work: a list that changed after it was counted is an error") {
  const sluice::test::TemporaryDirectory scratch;
  const auto error = sluice::test::error_of(
      [&](Runtime& runtime) { return notices_a_change(runtime, scratch / "b.gz"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::conflict);
}

TEST_CASE("backlog work: a damaged list is an error before any work begins") {
  const sluice::test::TemporaryDirectory scratch;
  sluice::test::write_whole(scratch / "b.gz", "no gzip");
  const auto error = sluice::test::error_of([&](Runtime& runtime) {
    return [](Runtime& world, std::filesystem::path file) -> Task<> {
      co_await open_backlog_work(world, std::move(file));
    }(runtime, scratch / "b.gz");
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
}
