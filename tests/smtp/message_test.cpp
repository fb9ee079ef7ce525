#include "sluice/smtp/message.hpp"

#include <doctest/doctest.h>

#include "sluice/codec/base64.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"
#include "sluice/core/random.hpp"
#include "smtp/mail_reader.hpp"

using namespace sluice;
using namespace sluice::smtp;
using namespace sluice::test;

namespace {

Message example() {
  return {.from = {"", "sluice@example.com"},
          .to = {{"", "ops@example.com"}},
          .subject = "done",
          .body = "All is well.\n",
          .date = TimePoint(std::chrono::seconds(1'731'548'445)),
          .id = "0123@host.example.com",
          .fields = {}};
}

bool is_refused(const Message& message) {
  try {
    format_message(message);
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_input;
  }
  return false;
}

void check_lines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    REQUIRE(end != std::string_view::npos);
    const std::string_view line = text.substr(0, end);
    CHECK(line.size() <= 78);
    CHECK(line.find_first_of("\r\n") == std::string_view::npos);
    for (const char c : line)
      CHECK((static_cast<unsigned char>(c) < 0x7f && (c >= ' ' || c == '\t')));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

TEST_CASE("A mail: headers, an empty line, the body") {
  CHECK(format_message(example()) ==
        "Date: Thu, 14 Nov 2024 01:40:45 +0000\r\n"
        "From: sluice@example.com\r\n"
        "To: ops@example.com\r\n"
        "Subject: done\r\n"
        "Message-ID: <0123@host.example.com>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "All is well.\r\n");
}

TEST_CASE("A mail: a Japanese subject goes as encoded words that end between characters") {
  Message message = example();
  message.subject =
      "[sluice glue] 失敗: etl-data-pipeline-workflow のダウンロード処理がエラーで終了しました";
  const std::string text = format_message(message);
  check_lines(text);
  CHECK(text.find("Subject: =?UTF-8?B?") != std::string::npos);
  const ReadMail mail = read_mail(text);
  CHECK(mail.header("Subject") == message.subject);
  for (const std::string& word : mail.encoded_words)
    CHECK(is_utf8(word));
}

TEST_CASE("A mail: what looks like an encoded word, or is long, is encoded") {
  for (const std::string& subject :
       {std::string("=?UTF-8?B?eA==?="), std::string(300, 'x'), std::string(" led by a space"),
        std::string("trailed by one ")}) {
    Message message = example();
    message.subject = subject;
    const std::string text = format_message(message);
    check_lines(text);
    CHECK(read_mail(text).header("Subject") == subject);
  }
}

TEST_CASE("A mail: names stand quoted or encoded before their addresses, many on many lines") {
  Message message = example();
  message.from = {"Sluice, \"the\" tool", "sluice@example.com"};
  message.to.push_back({"データ基盤チーム", "data@example.com"});
  for (int i = 0; i < 20; ++i)
    message.to.push_back({"", "reader" + std::to_string(i) + "@example.com"});
  const std::string text = format_message(message);
  check_lines(text);
  const ReadMail mail = read_mail(text);
  CHECK(mail.header("From") == R"("Sluice, \"the\" tool" <sluice@example.com>)");
  CHECK(mail.header("To").starts_with(
      "ops@example.com, データ基盤チーム <data@example.com>, reader0@example.com, "));
  CHECK(mail.header("To").ends_with(", reader19@example.com"));
}

TEST_CASE("A mail: line ends and control characters in a header are refused") {
  for (const char* evil :
       {"done\r\nBcc: all@example.com", "done\nX: y", "do\x01ne", "tab\there", "\x7f"}) {
    CAPTURE(evil);
    Message message = example();
    message.subject = evil;
    CHECK(is_refused(message));
    message = example();
    message.from.name = evil;
    CHECK(is_refused(message));
    message = example();
    message.to[0].address = std::string(evil) + "@example.com";
    CHECK(is_refused(message));
    message = example();
    message.fields = {{"X-Run", evil}};
    CHECK(is_refused(message));
    message = example();
    message.id = evil;
    CHECK(is_refused(message));
  }
  Message message = example();
  message.fields = {{"Bcc: all@example.com\r\nX", "y"}};
  CHECK(is_refused(message));
  message.fields = {{"", "y"}};
  CHECK(is_refused(message));
  message = example();
  message.to.clear();
  CHECK(is_refused(message));
}

TEST_CASE("A mail: malformed UTF-8 is replaced, wherever it stands") {
  Message message = example();
  message.subject = "a\xFF\xE6\x97z";
  message.body = "b\xFFz";
  const ReadMail mail = read_mail(format_message(message));
  CHECK(mail.header("Subject") == "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
  CHECK(mail.body == "b\xEF\xBF\xBDz");
}

TEST_CASE("A mail: any body comes back as it was, line ends as CRLF") {
  SeededRandom random;
  const std::uint64_t seed = random.next();
  INFO("seed ", seed);
  SeededRandom source(seed);
  const std::vector<std::string> pieces = {"a",  " ",  "\t", "=",     ".",  "\n", "\r\n", "日",
                                           "本", "😀", "x",  "From ", "..", "\r", "=3D",  "é"};
  for (int round = 0; round < 300; ++round) {
    Message message = example();
    message.body.clear();
    std::string expected;
    for (std::uint64_t i = source.next() % 300; i > 0; --i) {
      // A CR before an LF would make one line end of two.
      const std::string& piece = pieces[source.next() % pieces.size()];
      if (message.body.ends_with('\r') && piece == "\n") continue;
      message.body += piece;
      const bool ends = piece == "\n" || piece == "\r" || piece == "\r\n";
      expected += ends ? "\r\n" : piece;
    }
    const std::string text = format_message(message);
    check_lines(text);
    std::string body = read_mail(text).body;
    // Quoted-printable ends the last line.
    if (body.size() == expected.size() + 2) body.resize(expected.size());
    REQUIRE((body == expected));
  }
}

TEST_CASE("A mail: Japanese goes as base64, mostly ASCII as quoted-printable") {
  Message message = example();
  message.body = "処理が完了しました。\n";
  CHECK(format_message(message).find("Encoding: base64") != std::string::npos);
  message.body = "The download has ended without a failure: ご確認\n";
  CHECK(format_message(message).find("Encoding: quoted-printable") != std::string::npos);
}

TEST_CASE("What follows DATA: dots are doubled at the beginnings of lines, a single one ends it") {
  CHECK(data_block("a\r\n.b\r\n..\r\nc.d\r\n") == "a\r\n..b\r\n...\r\nc.d\r\n.\r\n");
  CHECK(data_block(".") == "..\r\n.\r\n");
  CHECK(data_block("no end") == "no end\r\n.\r\n");
  CHECK(data_block("") == ".\r\n");
  CHECK(data_block("a\r\n\r\n") == "a\r\n\r\n.\r\n");
}

TEST_CASE("What follows DATA: line ends that servers read differently are refused") {
  for (const std::string& text : {std::string("a\n.\nMAIL FROM:<x>"), std::string("a\r.\r\n"),
                                  std::string("a\r"), std::string(999, 'x')}) {
    CHECK_THROWS_AS(data_block(text), Error);
  }
  CHECK(data_block(std::string(998, 'x')).size() == 998 + 5);
}
