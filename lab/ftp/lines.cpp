#include "ftp/lines.hpp"

#include <algorithm>
#include <utility>

namespace sluice::lab {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_with_code(std::string_view line) {
  return line.size() > 3 && std::all_of(line.begin(), line.begin() + 3, is_digit);
}

}  // namespace

std::optional<std::string> FtpLines::take() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end + 1);
  received_.erase(0, end + 1);
  return line;
}

std::optional<std::string> FtpReplyText::add(const std::string& line) {
  const bool first = text_.empty();
  text_ += line;
  const bool of_one_line = first && !(begins_with_code(line) && line[3] == '-');
  const bool last =
      begins_with_code(line) && line[3] != '-' && text_.starts_with(line.substr(0, 3));
  if (!of_one_line && !last) return std::nullopt;
  return std::exchange(text_, "");
}

bool is_preliminary(std::string_view reply) {
  return reply.starts_with('1');
}

bool FtpCommand::is_transfer() const {
  return is_upload() || verb == "RETR" || verb == "LIST" || verb == "NLST" || verb == "MLSD";
}

FtpCommand parse_ftp_command(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r'))
    line.remove_suffix(1);
  const std::size_t space = std::min(line.find(' '), line.size());
  FtpCommand command;
  for (const char c : line.substr(0, space))
    command.verb += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (space < line.size()) command.argument = line.substr(space + 1);
  return command;
}

}  // namespace sluice::lab
