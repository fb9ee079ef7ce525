#pragma once

#include <functional>
#include <memory>

#include "sluice/state/key_value_store.hpp"

namespace sluice::state::test {

/// Opens an empty store.
using OpenStore = std::function<Task<std::unique_ptr<KeyValueStore>>(Runtime&)>;

/// What every KeyValueStore must do; call it from a TEST_CASE of its own.
void check_store_contract(const OpenStore& open);

}  // namespace sluice::state::test
