#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "glue/notify_messages.hpp"
#include "sluice/core/language.hpp"
#include "sluice/glue/notify.hpp"

namespace sluice::glue {

// In bytes: what a name or an error may take of a notice.
inline constexpr std::size_t longest_name = 1024;
inline constexpr std::size_t longest_error = 500;

/// "[FAILED] Glue workflow: name", on one line.
std::string headline(const Notice& notice, Language language);
/// The headline, and a line for each thing worth telling; none holds a line end.
std::vector<std::string> notice_lines(const Notice& notice, Language language,
                                      std::size_t most_errors);

std::uint64_t whole_seconds(const Notice& notice);

}  // namespace sluice::glue
