// Input: status (3 digits), format ('x' or 'j'), LF, header lines, empty line, body. Nothing a peer
// sends may throw.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "sluice/aws/aws_error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

int status_of(std::string_view line) {
  int status = 0;
  for (const char c : line.substr(0, 3))
    status = status * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = take_line(text);
  const auto format = first.ends_with('j') ? ErrorFormat::json : ErrorFormat::xml;
  net::HeaderList headers;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    try {
      headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    } catch (const Error&) {
      // A client would have refused it.
    }
  }
  const ServiceError error = parse_service_error(format, status_of(first), headers, text);
  to_error(error, "fuzz", "input");
  is_region_redirect(error, AnswerBody::absent);
  ClockOffset clock;
  clock.adopt(error, TimePoint(std::chrono::seconds(1'700'000'000)));
  return 0;
}
