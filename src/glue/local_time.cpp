#include "glue/local_time.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace sluice::glue {

std::tm local_time(TimePoint time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

Date local_date(TimePoint time) {
  const std::tm parts = local_time(time);
  return {parts.tm_year + 1900, static_cast<unsigned>(parts.tm_mon + 1),
          static_cast<unsigned>(parts.tm_mday)};
}

std::string local_text(TimePoint time) {
  const std::tm parts = local_time(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string local_iso(TimePoint time) {
  std::string text = local_text(time);
  text[10] = 'T';
  const long offset = local_time(time).tm_gmtoff / 60;
  return text + fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', std::labs(offset) / 60,
                            std::labs(offset) % 60);
}

}  // namespace sluice::glue
