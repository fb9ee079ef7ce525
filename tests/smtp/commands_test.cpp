#include "sluice/smtp/commands.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::smtp;

TEST_CASE("Commands: each is one line") {
  CHECK(ehlo_line("host.example.com") == "EHLO host.example.com\r\n");
  CHECK(helo_line("host") == "HELO host\r\n");
  CHECK(mail_from_line("a@b", std::nullopt) == "MAIL FROM:<a@b>\r\n");
  CHECK(mail_from_line("a@b", 12) == "MAIL FROM:<a@b> SIZE=12\r\n");
  CHECK(rcpt_to_line("a@b") == "RCPT TO:<a@b>\r\n");
}

TEST_CASE("Commands: what would be more than one line, or is not ASCII, is refused") {
  for (const char* evil : {"a\r\nRSET", "a\nb", "a b", "", "日本", "a\x7f"}) {
    CAPTURE(evil);
    CHECK_THROWS_AS(ehlo_line(evil), Error);
    CHECK_THROWS_AS(helo_line(evil), Error);
    CHECK_THROWS_AS(mail_from_line(evil, 1), Error);
    CHECK_THROWS_AS(rcpt_to_line(evil), Error);
  }
}

TEST_CASE("Commands: proofs of AUTH") {
  // RFC 4616 section 4, the example's user and password.
  const Secret proof = plain_proof("tim", Secret("tanstaaftanstaaf"));
  CHECK(auth_plain_line(proof).reveal() == "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
  CHECK(auth_answer_line(proof).reveal() == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
  CHECK(auth_answer_line(Secret("")).reveal() == "\r\n");
  CHECK_THROWS_AS(plain_proof(std::string("a\0b", 3), Secret("x")), Error);
  CHECK_THROWS_AS(plain_proof("a", Secret(std::string("\0", 1))), Error);
}

TEST_CASE("Commands: a machine's name that EHLO cannot say is localhost") {
  CHECK(client_name("batch-01.example.com") == "batch-01.example.com");
  for (const char* host : {"", "my_host", "host name", "-x", ".x", "日本", "a\r\nb"})
    CHECK(client_name(host) == "localhost");
  CHECK(client_name(std::string(256, 'a')) == "localhost");
}
