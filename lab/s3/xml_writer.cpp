#include "s3/xml_writer.hpp"

#include "sluice/codec/date.hpp"

namespace sluice::lab {

std::string format_s3_time(TimePoint time) {
  auto text = codec::format_iso8601(std::chrono::floor<std::chrono::seconds>(time));
  text.pop_back();
  return text += ".000Z";
}

}  // namespace sluice::lab
