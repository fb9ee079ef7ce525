#pragma once

#include <memory>

#include "sluice/state/key_value_store.hpp"

namespace sluice {

/// Forgets everything with the process: for tests and dry runs.
std::unique_ptr<KeyValueStore> make_memory_store();

}  // namespace sluice
