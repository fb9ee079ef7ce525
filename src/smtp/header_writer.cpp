#include "smtp/header_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/base64.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::smtp {
namespace {

// RFC 2047 section 2: a line with an encoded word has at most 76 bytes.
constexpr std::size_t longest_line = 76;
// Of text in one encoded word: with "Subject: " and its own frame, 52 bytes of base64 fit a line.
constexpr std::size_t encoded_bytes = 39;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_printable_ascii(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f;
}

void refuse_controls(std::string_view text, const std::string& field) {
  if (std::none_of(text.begin(), text.end(), is_control)) return;
  throw Error(ErrorCode::invalid_input, "writing a mail", field,
              "a header cannot have line ends or other control characters");
}

/// Whether the text can stand in a header as it is, on one line.
bool is_plain(std::string_view text, std::size_t room) {
  return text.size() <= room && text.find("=?") == std::string_view::npos &&
         !text.starts_with(' ') && !text.ends_with(' ') &&
         std::all_of(text.begin(), text.end(), is_printable_ascii);
}

std::string in_quotes(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// As many whole characters as an encoded word takes.
std::size_t piece_of(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const std::size_t next = utf8_sequence_length(text.substr(length));
    if (length + next > encoded_bytes) break;
    length += next;
  }
  return length;
}

}  // namespace

std::string mended_utf8(std::string_view text) {
  std::string mended;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    mended += length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return mended;
}

void HeaderWriter::begin(std::string_view name) {
  // RFC 5322 section 3.6.8: ftext.
  const auto allowed = [](char c) { return c > 0x20 && c < 0x7f && c != ':'; };
  constexpr std::size_t longest_name = 64;
  if (name.empty() || name.size() > longest_name || !std::all_of(name.begin(), name.end(), allowed))
    throw Error(ErrorCode::invalid_input, "writing a mail", "", "a header's name is none");
  name_ = name;
  out_ += name;
  out_ += ':';
  column_ = name.size() + 1;
}

void HeaderWriter::word(std::string_view text) {
  const bool fits = column_ + 1 + text.size() <= longest_line;
  out_ += fits ? " " : "\r\n ";
  out_ += text;
  column_ = (fits ? column_ : 0) + 1 + text.size();
}

void HeaderWriter::text(std::string_view text) {
  refuse_controls(text, name_);
  if (is_plain(text, longest_line - std::min(longest_line, column_ + 1))) {
    word(text);
  } else {
    encoded(text);
  }
}

void HeaderWriter::encoded(std::string_view text) {
  const std::string mended = mended_utf8(text);
  std::string_view rest = mended;
  while (!rest.empty()) {
    const std::size_t length = piece_of(rest);
    word(fmt::format("=?UTF-8?B?{}?=", codec::to_base64(as_bytes(rest.substr(0, length)))));
    rest.remove_prefix(length);
  }
}

void HeaderWriter::mailbox(const Mailbox& mailbox, std::string_view behind) {
  refuse_controls(mailbox.name, name_);
  const std::string problem = problem_of_address(mailbox.address);
  if (!problem.empty()) throw Error(ErrorCode::invalid_input, "writing a mail", name_, problem);
  // A quoted name is one word here: a longer one is encoded in pieces.
  constexpr std::size_t room = 60;
  if (!mailbox.name.empty() && is_plain(mailbox.name, room)) {
    word(in_quotes(mailbox.name));
  } else {
    encoded(mailbox.name);
  }
  word(mailbox.name.empty() ? fmt::format("{}{}", mailbox.address, behind)
                            : fmt::format("<{}>{}", mailbox.address, behind));
}

void HeaderWriter::end() {
  out_ += "\r\n";
}

}  // namespace sluice::smtp
