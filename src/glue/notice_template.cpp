#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "glue/notice_text.hpp"
#include "glue/report_words.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"
#include "sluice/core/redaction.hpp"

namespace sluice::glue {
namespace {

constexpr std::array<std::string_view, 6> texts = {"status", "workflow", "run_id",
                                                   "error",  "report",   "host"};
constexpr std::array<std::string_view, 7> numbers = {
    "total_files", "successful", "failed", "skipped", "size_mb", "duration", "exit_code"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The name in "{name}" at the front; empty if there is none.
std::string_view placeholder_at(std::string_view text) {
  if (!text.starts_with('{')) return {};
  std::size_t end = 1;
  while (end < text.size() && is_name_byte(text[end]))
    ++end;
  const bool closed = end > 1 && end < text.size() && text[end] == '}';
  return closed ? text.substr(1, end - 1) : std::string_view();
}

/// A piece of a template: JSON as it is, or a placeholder.
struct Piece {
  std::string_view json;         // if it is no placeholder
  std::string_view placeholder;  // its name
  bool in_string = false;
  bool alone = true;  // outside strings: a value of its own
};

/// Takes a template apart from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<Piece> next() {
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
      const std::string_view name = placeholder_at(text_.substr(at_));
      if (!name.empty() && at_ > begin) break;
      if (!name.empty()) return take(name);
      pass();
    }
    if (at_ == begin) return std::nullopt;
    return Piece{.json = text_.substr(begin, at_ - begin), .placeholder = {}};
  }

 private:
  void pass() {
    const char c = text_[at_++];
    if (c == '"') in_string_ = !in_string_;
    if (c == '\\' && in_string_ && at_ < text_.size()) ++at_;  // an escaped quote ends nothing
  }

  Piece take(std::string_view name) {
    const std::size_t end = at_ + name.size() + 2;
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    const char after = end == text_.size() ? ' ' : text_[end];
    const bool opened = is_space(before) || before == ':' || before == ',' || before == '[';
    const bool closed = is_space(after) || after == ',' || after == ']' || after == '}';
    at_ = end;
    return {.json = {}, .placeholder = name, .in_string = in_string_, .alone = opened && closed};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_string_ = false;
};

std::string number_of(const Notice& notice, std::string_view name) {
  if (name == "total_files") return fmt::to_string(notice.total_files);
  if (name == "successful") return fmt::to_string(notice.successful);
  if (name == "failed") return fmt::to_string(notice.failed);
  if (name == "skipped") return fmt::to_string(notice.skipped);
  if (name == "size_mb") return words::megabytes(notice.total_bytes);
  if (name == "duration") return fmt::to_string(whole_seconds(notice));
  return fmt::to_string(notice.exit_code);
}

std::string text_of(const Notice& notice, std::string_view name) {
  if (name == "status") return std::string(name_of(notice.status));
  if (name == "workflow") return one_line(notice.workflow, longest_name);
  if (name == "run_id") return one_line(notice.run_id, longest_name);
  if (name == "report") return one_line(notice.report, longest_name);
  if (name == "host") return one_line(notice.host, longest_name);
  return notice.errors.empty() ? "" : one_line(notice.errors.front(), longest_error);
}

/// As it stands between the quotes of a JSON string.
std::string escaped(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

std::string all_names() {
  return fmt::format("{{{}}} {{{}}}", fmt::join(texts, "} {"), fmt::join(numbers, "} {"));
}

std::string problem_of_piece(const Piece& piece, Language language) {
  const bool number = is_one_of(numbers, piece.placeholder);
  if (!number && !is_one_of(texts, piece.placeholder)) {
    const std::string names = all_names();
    return say(language, notify_messages::unknown_placeholder, piece.placeholder, names);
  }
  if (piece.in_string) return "";
  if (!number) return say(language, notify_messages::text_outside, piece.placeholder);
  if (!piece.alone) return say(language, notify_messages::part_of_value, piece.placeholder);
  return "";
}

std::string fill(std::string_view text, const Notice& notice) {
  std::string filled;
  Scanner scanner(text);
  while (const std::optional<Piece> piece = scanner.next()) {
    if (piece->placeholder.empty()) {
      filled += piece->json;
    } else if (is_one_of(numbers, piece->placeholder)) {
      filled += number_of(notice, piece->placeholder);
    } else {
      filled += escaped(text_of(notice, piece->placeholder));
    }
  }
  return filled;
}

}  // namespace

std::string problem_of_template(std::string_view text, Language language) {
  Scanner scanner(text);
  while (const std::optional<Piece> piece = scanner.next()) {
    if (piece->placeholder.empty()) continue;
    std::string problem = problem_of_piece(*piece, language);
    if (!problem.empty()) return problem;
  }
  // Whether it is JSON does not depend on the values.
  try {
    codec::parse_json(fill(text, Notice{}), "template");
  } catch (const Error& error) {
    return say(language, notify_messages::no_json, error.message());
  }
  return "";
}

std::string fill_template(std::string_view text, const Notice& notice) {
  const std::string problem = problem_of_template(text);
  if (!problem.empty()) throw Error(ErrorCode::config, "notify.webhook.template", "", problem);
  return fill(text, notice);
}

}  // namespace sluice::glue
