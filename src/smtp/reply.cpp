#include "sluice/smtp/reply.hpp"

#include <utility>

#include "sluice/core/error.hpp"
#include "sluice/core/redaction.hpp"

namespace sluice::smtp {
namespace {

constexpr std::size_t longest_text = 400;  // of what a log is told

[[noreturn]] void refuse(std::string reason) {
  throw Error(ErrorCode::protocol, "reading an SMTP reply", "", std::move(reason));
}

bool is_digit(char c, char least, char most) {
  return c >= least && c <= most;
}

/// The code at the front of a line; 0 if there is none (RFC 5321 section 4.2: Reply-code).
int code_of(std::string_view line) {
  if (line.size() < 3) return 0;
  if (!is_digit(line[0], '2', '5') || !is_digit(line[1], '0', '5') || !is_digit(line[2], '0', '9'))
    return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

std::string Reply::text() const {
  std::string all;
  for (const std::string& line : lines) {
    all += line;
    all += ' ';
  }
  return one_line(all, longest_text);
}

std::optional<Reply> ReplyReader::take() {
  while (const std::optional<std::string> line = take_line()) {
    if (add(*line)) return std::exchange(reply_, {});
  }
  return std::nullopt;
}

std::optional<std::string> ReplyReader::take_line() {
  const std::size_t end = received_.find('\n');
  if (std::min(end, received_.size()) > longest_line) refuse("a line of it is too long");
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  // Some servers end lines with LF alone.
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

bool ReplyReader::add(std::string_view line) {
  const int code = code_of(line);
  if (code == 0) refuse("a line of it does not begin with a reply code");
  const std::string_view rest = line.substr(3);
  const bool goes_on = rest.starts_with('-');
  if (!rest.empty() && !goes_on && rest.front() != ' ')
    refuse("neither a space nor a hyphen follows its reply code");
  if (!reply_.lines.empty() && code != reply_.code) refuse("its lines have different reply codes");
  if (reply_.lines.size() == most_lines) refuse("it has too many lines");
  reply_.code = code;
  reply_.lines.emplace_back(rest.empty() ? rest : rest.substr(1));
  return !goes_on;
}

}  // namespace sluice::smtp
