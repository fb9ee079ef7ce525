#include "http/date_field.hpp"

#include <chrono>
#include <string>

#include "sluice/codec/date.hpp"

namespace sluice::lab {

std::string_view date_field_now() {
  thread_local std::chrono::sys_seconds formatted_for{};
  thread_local std::string text;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != formatted_for || text.empty()) {
    text = codec::format_http_date(now);
    formatted_for = now;
  }
  return text;
}

}  // namespace sluice::lab
