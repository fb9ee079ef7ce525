// A multistatus is read or refused, in one piece as in pieces, and entries have what they must. The
// first byte is the size of the pieces. Dates and refusals are read from the same bytes.
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/webdav/date.hpp"
#include "sluice/webdav/multistatus.hpp"
#include "webdav/refusal.hpp"
#include "webdav/requests.hpp"

namespace {

using sluice::webdav::MultistatusEntry;
using sluice::webdav::MultistatusReader;

std::string shown(const MultistatusEntry& entry) {
  require(entry.href.size() <= 64 * 1024, "an href is bounded");
  require(entry.status == 0 || (entry.status >= 100 && entry.status <= 599), "a status is one");
  require(entry.href.find('\0') == std::string::npos, "no NUL comes through");
  (void)sluice::webdav::parse_dav_date(entry.modified);
  return entry.href + '|' + entry.etag + '|' + entry.modified + '|' + entry.condition + '|' +
         entry.description + '|' + std::to_string(entry.size.value_or(0)) +
         (entry.collection ? "d" : "f") + std::to_string(entry.status);
}

std::vector<std::string> read(std::string_view text, std::size_t piece) {
  MultistatusReader reader;
  std::vector<std::string> entries;
  try {
    while (!text.empty()) {
      reader.feed(text.substr(0, piece));
      text.remove_prefix(std::min(piece, text.size()));
      while (const auto entry = reader.next())
        entries.push_back(shown(*entry));
    }
    reader.finish();
    while (const auto entry = reader.next())
      entries.push_back(shown(*entry));
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::protocol, "what is refused is a protocol error");
    return {"refused"};
  }
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(read(text, 1 + data[0]) == read(text, text.size() + 1), "pieces make no difference");
  (void)sluice::webdav::parse_dav_date(text);
  (void)sluice::webdav::parse_content_range(text);
  (void)sluice::webdav::refusal({"PUT", "write", "x"}, 400 + data[0], {}, text);
  return 0;
}
