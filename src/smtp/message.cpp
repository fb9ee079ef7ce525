#include "sluice/smtp/message.hpp"

#include <algorithm>

#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"
#include "smtp/body_encoding.hpp"
#include "smtp/header_writer.hpp"

namespace sluice::smtp {
namespace {

[[noreturn]] void refuse(std::string reason) {
  throw Error(ErrorCode::invalid_input, "writing a mail", "", std::move(reason));
}

/// RFC 5322 section 3.3; it differs from HTTP's date by the zone's name.
std::string date_text(TimePoint date) {
  std::string text = codec::format_http_date(date);
  constexpr std::string_view zone = "GMT";
  text.replace(text.size() - zone.size(), zone.size(), "+0000");
  return text;
}

void write_text(HeaderWriter& out, std::string_view name, std::string_view value) {
  out.begin(name);
  out.text(value);
  out.end();
}

void write_recipients(HeaderWriter& out, const std::vector<Mailbox>& to) {
  if (to.empty()) refuse("it has no recipient");
  out.begin("To");
  for (std::size_t i = 0; i < to.size(); ++i)
    out.mailbox(to[i], i + 1 < to.size() ? "," : "");
  out.end();
}

void write_id(HeaderWriter& out, const std::string& id) {
  // RFC 5322 section 3.6.4: a msg-id looks like an address.
  const std::string problem = problem_of_address(id);
  if (!problem.empty()) refuse("its message id is no id: " + problem);
  out.begin("Message-ID");
  out.word("<" + id + ">");
  out.end();
}

}  // namespace

std::string format_message(const Message& message) {
  HeaderWriter out;
  write_text(out, "Date", date_text(message.date));
  out.begin("From");
  out.mailbox(message.from, "");
  out.end();
  write_recipients(out, message.to);
  write_text(out, "Subject", message.subject);
  write_id(out, message.id);
  for (const auto& [name, value] : message.fields)
    write_text(out, name, value);
  const std::string body = with_crlf(mended_utf8(message.body));
  const std::string quoted = quoted_printable(body), base64 = base64_lines(body);
  const bool as_quoted = quoted.size() <= base64.size();
  write_text(out, "MIME-Version", "1.0");
  write_text(out, "Content-Type", "text/plain; charset=UTF-8");
  write_text(out, "Content-Transfer-Encoding", as_quoted ? "quoted-printable" : "base64");
  return out.take() + "\r\n" + (as_quoted ? quoted : base64);
}

std::string data_block(std::string_view message) {
  constexpr std::size_t longest_line = 998;  // RFC 5321 section 4.5.3.1.6, without CRLF
  std::string block;
  block.reserve(message.size() + message.size() / 64 + 8);
  while (!message.empty()) {
    const std::size_t end = std::min(message.find_first_of("\r\n"), message.size());
    if (end < message.size() && !message.substr(end).starts_with("\r\n"))
      refuse("a CR or LF stands alone in it");
    if (end > longest_line) refuse("a line of it is longer than 998 bytes");
    if (message.starts_with('.')) block += '.';
    block += message.substr(0, end);
    block += "\r\n";
    message.remove_prefix(std::min(end + 2, message.size()));
  }
  return block + ".\r\n";
}

}  // namespace sluice::smtp
