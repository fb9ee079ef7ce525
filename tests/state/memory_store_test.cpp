#include "sluice/state/memory_store.hpp"

#include <doctest/doctest.h>

#include "state/status_contract.hpp"

using namespace sluice;
using namespace sluice::state::test;

namespace {

Task<std::unique_ptr<KeyValueStore>> open_memory(Runtime& runtime) {
  return open_store(runtime, "memory:");
}

}  // namespace

TEST_CASE("MemoryStore keeps the store contract") {
  check_store_contract(open_memory);
}
TEST_CASE("StoredStatusMemory keeps its contract in memory") {
  check_status_contract(open_memory);
}
