// A chunked body decodes to the same bytes whole and byte by byte, or is refused both ways.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/chunked.hpp"

namespace {

struct Result {
  std::string body;
  bool done = false, refused = false;
  friend bool operator==(const Result&, const Result&) = default;
};

Result decode(std::string_view text, std::size_t step) {
  sluice::net::ChunkedDecoder decoder;
  Result result;
  std::size_t at = 0;
  for (std::size_t end = std::min(step, text.size());; end = std::min(end + step, text.size())) {
    while (at < end && !decoder.done() && decoder.problem().empty()) {
      at += decoder.feed(text.substr(at, end - at));
      if (!decoder.problem().empty()) break;
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(decoder.data_due(), end - at));
      result.body += text.substr(at, count);
      at += count;
      if (count > 0) decoder.took(count);
    }
    if (end == text.size()) break;
  }
  result.done = decoder.done();
  result.refused = !decoder.problem().empty();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result whole = decode(text, std::max<std::size_t>(1, size));
  if (!(decode(text, 1) == whole) || !(decode(text, 7) == whole)) std::abort();
  return 0;
}
