#pragma once

#include <ctime>
#include <string>

#include "sluice/core/time.hpp"
#include "sluice/glue/config.hpp"

namespace sluice::glue {

// Times as the process's own time zone has them. Callable from any thread.

std::tm local_time(TimePoint time);
Date local_date(TimePoint time);
/// "2024-11-14 10:30:45"
std::string local_text(TimePoint time);
/// "2024-11-14T10:30:45+09:00"
std::string local_iso(TimePoint time);

}  // namespace sluice::glue
