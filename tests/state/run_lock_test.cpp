#include "sluice/state/run_lock.hpp"

#include <doctest/doctest.h>

#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

Task<> keeps_others_out(Runtime& runtime, std::filesystem::path directory) {
  auto first = co_await lock_run(runtime, directory, "job", "/tree/");
  const auto other_job = co_await lock_run(runtime, directory, "job2", "/tree/");
  const auto other_tree = co_await lock_run(runtime, directory, "job", "/tree2/");
  std::optional<Error> refused;
  try {
    co_await lock_run(runtime, directory, "job", "/tree/");
  } catch (const Error& error) {
    refused = error;
  }
  REQUIRE(refused);
  CHECK(refused->code() == ErrorCode::conflict);
  CHECK(refused->subject() == "/tree/");
  first.reset();
  first = co_await lock_run(runtime, directory, "job", "/tree/");
  CHECK(first);
}

}  // namespace

TEST_CASE("run lock: one run of a job and tree at a time") {
  const test::TemporaryDirectory scratch;
  test::run([&](Runtime& runtime) { return keeps_others_out(runtime, scratch.path()); });
}

TEST_CASE("run lock: without its directory there is no lock") {
  const auto failed = test::error_of([](Runtime& runtime) -> Task<> {
    co_await lock_run(runtime, "/proc/self/no-such-directory", "job", "/tree/");
  });
  REQUIRE(failed);
  CHECK(failed->code() == ErrorCode::not_found);
}
