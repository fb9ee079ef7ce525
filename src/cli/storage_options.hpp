#pragma once

#include <memory>

#include "options.hpp"
#include "sluice/fs/storage.hpp"

namespace sluice::cli {

/// Throws Error{invalid_input} naming the flag whose value cannot be used.
StorageOptions storage_options(Runtime& runtime, const GlobalOptions& options,
                               Environment environment, std::shared_ptr<TemporaryJournal> journal);

}  // namespace sluice::cli
