#pragma once

#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice::ssh {

/// What known_hosts may be large; a key is small.
inline constexpr std::size_t largest_file = 16UL * 1024 * 1024;

/// nullopt: there is none. On the disk lane. Throws what the system says.
Task<std::optional<std::string>> read_file(Runtime& runtime, std::string path);
/// The same for a secret: a file of this user's that others can read is Error{config}, as for
/// ssh(1).
Task<std::optional<std::string>> read_private_file(Runtime& runtime, std::string path);
/// Adds a line in one write, on a line of its own; makes the file, and its directory, for this user
/// alone, if they are missing.
Task<> append_line(Runtime& runtime, std::string path, std::string line);

}  // namespace sluice::ssh
