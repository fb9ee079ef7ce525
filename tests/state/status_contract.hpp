#pragma once

#include "state/store_contract.hpp"

namespace sluice::state::test {

/// What a StoredStatusMemory must do over any store; call it from a TEST_CASE of its own.
void check_status_contract(const OpenStore& open);

}  // namespace sluice::state::test
