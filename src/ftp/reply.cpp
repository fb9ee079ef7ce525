#include "sluice/ftp/reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/core/redaction.hpp"

namespace sluice::ftp {
namespace {

constexpr std::size_t longest_text = 400;  // of what a log is told

[[noreturn]] void refuse(std::string reason) {
  throw Error(ErrorCode::protocol, "reading an FTP reply", "", std::move(reason));
}

/// The code at the front of a line; 0 if there is none.
int code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '1' || line[0] > '5') return 0;
  if (line[1] < '0' || line[1] > '9' || line[2] < '0' || line[2] > '9') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

std::string_view after_code(std::string_view line) {
  return line.size() > 4 ? line.substr(4) : std::string_view();
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

template <std::size_t Count>
bool has_one_of(const std::string& text, const std::array<std::string_view, Count>& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// What servers say who have but one code for different things.
constexpr std::array<std::string_view, 6> words_of_absence = {
    "no such file", "not found", "does not exist", "doesn't exist", "cannot find", "can't find"};
constexpr std::array<std::string_view, 4> words_of_space = {"quota", "no space", "disk full",
                                                            "insufficient storage"};
constexpr std::array<std::string_view, 10> words_of_load = {
    "too many",           "overloaded",        "try again later", "try back later",
    "maximum number",     "number of connect", "more connection", "already connected",
    "simultaneous login", "sessions allowed"};

ErrorCode code_of_refusal(const Reply& reply, const std::string& words) {
  // A good answer at the wrong moment.
  if (reply.code < 400) return ErrorCode::protocol;
  if (is_too_many(reply)) return ErrorCode::unavailable;
  if (reply.code == 452 || reply.code == 552 || has_one_of(words, words_of_space))
    return ErrorCode::no_space;
  if (reply.transient()) return ErrorCode::unavailable;
  if (reply.code <= 504) return ErrorCode::unsupported;
  if (reply.code == code::not_logged_in || reply.code == 532) return ErrorCode::unauthenticated;
  if ((reply.code == 550 || reply.code == 553) && has_one_of(words, words_of_absence))
    return ErrorCode::not_found;
  return ErrorCode::permission_denied;
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
    if (!begun_) {
      begin(*line);
    } else if (is_last(*line)) {
      add(after_code(*line));
      whole_ = true;
    } else {
      add(*line);
    }
    if (!whole_) continue;
    begun_ = whole_ = false;
    bytes_ = 0;
    return std::exchange(reply_, {});
  }
  return std::nullopt;
}

std::optional<std::string> ReplyReader::take_line() {
  const std::size_t end = received_.find('\n');
  if (std::min(end, received_.size()) > longest_line) refuse("a line of it is too long");
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  if (line.find('\0') != std::string::npos) refuse("it has a NUL byte");
  return line;
}

void ReplyReader::begin(std::string_view line) {
  reply_.code = code_of(line);
  if (reply_.code == 0) refuse("it does not begin with a reply code");
  const char behind = line.size() > 3 ? line[3] : ' ';
  if (behind != ' ' && behind != '-') refuse("neither a space nor a hyphen follows its reply code");
  begun_ = true;
  whole_ = behind == ' ';
  add(after_code(line));
}

/// The lines between may begin with digits, too.
bool ReplyReader::is_last(std::string_view line) const {
  return code_of(line) == reply_.code && (line.size() == 3 || line[3] == ' ');
}

void ReplyReader::add(std::string_view text) {
  bytes_ += text.size();
  if (reply_.lines.size() == most_lines || bytes_ > most_bytes) refuse("it is too long");
  reply_.lines.emplace_back(text);
}

bool is_too_many(const Reply& reply) {
  if (reply.code == code::closing) return true;
  return reply.code == code::not_logged_in && has_one_of(lower_case(reply.text()), words_of_load);
}

bool is_about_session(const Reply& reply) {
  return reply.code == 522 || reply.code == 425;
}

Error refusal(std::string step, std::string subject, const Reply& reply,
              const std::vector<Secret>& secrets) {
  std::string words = reply.text();
  const ErrorCode code = code_of_refusal(reply, lower_case(words));
  const auto given_away = [&](const Secret& secret) { return gives_away(words, secret.reveal()); };
  if (std::ranges::any_of(secrets, given_away))
    words = "the server's words are not shown: they quote the password";
  if (words.empty()) words = "the server gives no reason";
  return Error(code, std::move(step), std::move(subject), std::move(words))
      .with_server(std::to_string(reply.code), "");
}

}  // namespace sluice::ftp
