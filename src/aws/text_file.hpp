#pragma once

#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/environment.hpp"

namespace sluice::aws {

/// A small file's content, read on the disk lane; nullopt if there is none. Throws Error{config}
/// when it is larger than 1 MiB, Error{permission_denied} and what else the system says.
Task<std::optional<std::string>> read_text_file(Runtime& runtime, std::string path);
/// Replaces the file's content, readable by its owner only: a temporary beside it, then rename.
Task<> write_private_file(Runtime& runtime, std::string path, std::string content);

/// "~/x" is below HOME; anything else is as it is, also if HOME is not set.
std::string expand_home(const Environment& environment, std::string path);

}  // namespace sluice::aws
