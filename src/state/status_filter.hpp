#pragma once

#include <memory>

#include "state/stored_status.hpp"

namespace sluice::state {

/// The files of `files` that need processing; asks the store for whole batches.
std::unique_ptr<FileStream> make_status_filter(std::shared_ptr<StoredStatusMemory::State> memory,
                                               std::unique_ptr<FileStream> files,
                                               std::shared_ptr<StatusTally> tally);

}  // namespace sluice::state
