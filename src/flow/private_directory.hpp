#pragma once

#include <filesystem>
#include <memory>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {

/// The library does not look into TMPDIR by itself: whoever wants another place than /tmp says so.
std::filesystem::path temporary_directory_or_default(std::filesystem::path given);

/// A new directory that only this user can read, below `parent`; recorded in the journal before it
/// is made, so that the next start can sweep it after a crash.
Task<std::filesystem::path> make_private_directory(Runtime& runtime, std::filesystem::path parent,
                                                   std::shared_ptr<TemporaryJournal> journal);

/// Removes it with all that is in it and forgets it.
Task<> remove_private_directory(Runtime& runtime, std::filesystem::path directory,
                                std::shared_ptr<TemporaryJournal> journal);

/// Removes the private directories that processes which are gone have left. Never throws for a
/// directory it cannot remove: that is logged.
Task<> sweep_private_directories(Runtime& runtime, OpContext context,
                                 std::shared_ptr<TemporaryJournal> journal);

}  // namespace sluice
