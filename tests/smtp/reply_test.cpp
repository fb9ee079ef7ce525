#include "sluice/smtp/reply.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::smtp;

namespace {

std::vector<Reply> read_all(std::string_view bytes, std::size_t step) {
  ReplyReader reader;
  std::vector<Reply> replies;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    reader.feed(bytes.substr(0, step));
    while (auto reply = reader.take())
      replies.push_back(std::move(*reply));
  }
  return replies;
}

std::string refusal_of(std::string_view bytes) {
  try {
    read_all(bytes, bytes.size());
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::protocol);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("Replies: one line, several lines, several replies, however they are cut") {
  const std::string_view bytes =
      "220 mx.example.com ESMTP\r\n250-mx.example.com\r\n250-SIZE 1000\r\n250 HELP\r\n354\r\n"
      "250 \r\n";
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    CAPTURE(step);
    const auto replies = read_all(bytes, step);
    REQUIRE(replies.size() == 4);
    CHECK(replies[0].code == 220);
    CHECK(replies[0].lines == std::vector<std::string>{"mx.example.com ESMTP"});
    CHECK(replies[1].code == 250);
    CHECK(replies[1].lines == std::vector<std::string>{"mx.example.com", "SIZE 1000", "HELP"});
    CHECK(replies[2].wants_more());
    CHECK(replies[2].lines == std::vector<std::string>{""});
    CHECK(replies[3].lines == std::vector<std::string>{""});
  }
}

TEST_CASE("Replies: lines that end in LF alone are read, too") {
  const auto replies = read_all("250-a\n250 b\n", 1);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].lines == std::vector<std::string>{"a", "b"});
}

TEST_CASE("Replies: what is none is refused") {
  CHECK(refusal_of("HTTP/1.1 400 Bad Request\r\n").find("reply code") != std::string::npos);
  CHECK(refusal_of("150 a\r\n") != "");
  CHECK(refusal_of("650 a\r\n") != "");
  CHECK(refusal_of("260 a\r\n") != "");  // RFC 5321 section 4.2.1: second digit
  CHECK(refusal_of("25\r\n") != "");
  CHECK(refusal_of("2500 a\r\n") != "");
  CHECK(refusal_of("250-a\r\n251 b\r\n").find("different") != std::string::npos);
  CHECK(refusal_of("\r\n") != "");
}

TEST_CASE("Replies: a server cannot make us hold more than the limits") {
  CHECK(refusal_of("250 " + std::string(ReplyReader::longest_line, 'a')).find("too long") !=
        std::string::npos);
  std::string many;
  for (std::size_t i = 0; i < ReplyReader::most_lines; ++i)
    many += "250-a\r\n";
  CHECK(refusal_of(many) == "");
  CHECK(refusal_of(many + "250-a\r\n").find("too many") != std::string::npos);
}

TEST_CASE("Replies: the reader knows whether something came after the last reply") {
  ReplyReader reader;
  CHECK(reader.empty());
  reader.feed("220 go\r\n250 inj");
  CHECK(reader.take());
  CHECK_FALSE(reader.empty());
  CHECK_FALSE(reader.take());
  reader.feed("ected\r\n250-more\r\n");
  CHECK(reader.take());
  CHECK_FALSE(reader.take());
  CHECK_FALSE(reader.empty());
}

TEST_CASE("Replies: the words fit one line of a log") {
  CHECK(Reply{.code = 550, .lines = {"5.1.1 no such\x1b user", " here "}}.text() ==
        "5.1.1 no such user here");
  CHECK(Reply{.code = 250, .lines = {""}}.text() == "");
  CHECK(Reply{.code = 250, .lines = {std::string(2000, 'a')}}.text().size() < 500);
}

TEST_CASE("Capabilities: what EHLO's answer offers, in any case and in the old form") {
  const auto of = [](std::vector<std::string> lines) {
    lines.insert(lines.begin(), "STARTTLS is no offer in the first line");
    return parse_capabilities(Reply{.code = 250, .lines = std::move(lines)});
  };
  CHECK_FALSE(of({}).starttls);
  CHECK(of({"8BITMIME", "starttls"}).starttls);
  CHECK(of({"AUTH plain  LOGIN\tXOAUTH2"}).mechanisms ==
        std::vector<std::string>{"PLAIN", "LOGIN", "XOAUTH2"});
  CHECK(of({"AUTH LOGIN", "AUTH=LOGIN PLAIN"}).mechanisms ==
        std::vector<std::string>{"LOGIN", "PLAIN"});
  CHECK_FALSE(of({"AUTHX PLAIN"}).offers("PLAIN"));
  CHECK(of({"SIZE 35882577"}).most_bytes == 35882577);
  CHECK(of({"SIZE"}).size);
  CHECK_FALSE(of({"SIZE"}).most_bytes);
  CHECK_FALSE(of({"SIZE 0"}).most_bytes);
  CHECK_FALSE(of({"SIZE 99999999999999999999999"}).most_bytes);
  CHECK_FALSE(of({""}).size);
}
