#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/ftp/listing.hpp"

namespace {

using namespace sluice;

const TimePoint now = TimePoint(std::chrono::sys_days(std::chrono::year(2024) / 6 / 15));

void check(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> lines_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> lines;
  ftp::LineSplitter splitter;
  try {
    while (!text.empty()) {
      splitter.feed(text.substr(0, piece));
      text.remove_prefix(std::min(piece, text.size()));
      while (auto line = splitter.take())
        lines.push_back(std::move(*line));
    }
    lines.push_back(splitter.rest());
  } catch (const Error& error) {
    check(error.code() == ErrorCode::protocol);
  }
  return lines;
}

template <class Parse>
void parse(Parse parse_line, std::string_view line) {
  try {
    const auto entry = parse_line(line);
    if (!entry) return;
    check(!entry->name.empty() && entry->name != "." && entry->name != "..");
    check(line.find(entry->name) != std::string_view::npos);
    check(!entry->mode || *entry->mode <= 07777U);
  } catch (const Error& error) {
    check(error.code() == ErrorCode::protocol);
  }
}

}  // namespace

/// A listing of any kind: lines are the same however they come, and each is a name of the line, or
/// nothing, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> lines = lines_of(text, size + 1);
  if (size <= ftp::LineSplitter::longest_line) check(lines == lines_of(text, 1 + size % 7));
  for (const std::string& line : lines) {
    parse(ftp::parse_machine_line, line);
    parse([](std::string_view one) { return ftp::parse_list_line(one, now); }, line);
  }
  return 0;
}
