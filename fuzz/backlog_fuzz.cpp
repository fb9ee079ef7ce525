// A backlog line: our fast parser against the general one, and a round trip of any file.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "state/backlog_line.hpp"

namespace {

using namespace sluice;

std::optional<FileInfo> general(std::string_view line) {
  try {
    return state::parse_any_line(line, "line");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::integrity, "a bad line is an integrity error");
    return std::nullopt;
  }
}

void check_round_trip(const FileInfo& file) {
  std::string line;
  state::append_backlog_line(line, file);
  require(line.find('\n') == line.size() - 1, "a line has one line end");
  line.pop_back();
  require(general(line) == file, "what is written is read");
  FileInfo own;
  if (state::parse_own_line(line, own)) require(own == file, "what is written is read fast");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto read = general(input);
  FileInfo own;
  if (state::parse_own_line(input, own)) require(read == own, "both parsers agree");
  if (read) check_round_trip(*read);
  if (input.empty()) return 0;
  FileInfo file;
  file.path = input.substr(0, 1 + size / 2);
  file.etag = input.substr(1 + size / 2 < size ? 1 + size / 2 : size);
  file.size = size;
  check_round_trip(file);
  return 0;
}
