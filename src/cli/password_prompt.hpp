#pragma once

#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/core/secret.hpp"

namespace sluice::cli {

/// Asks on the terminal, where nothing that is typed shows; nullopt if this process has none. The
/// loop goes on meanwhile. Throws Error{cancelled}.
Task<std::optional<Secret>> ask_password(Runtime& runtime, std::string question);

/// The same with what is typed to be seen: whether it is "yes".
Task<std::optional<bool>> ask_whether(Runtime& runtime, std::string question);

}  // namespace sluice::cli
