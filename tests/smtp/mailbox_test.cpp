#include "sluice/smtp/mailbox.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::smtp;

namespace {

std::string refusal_of(std::string_view text) {
  try {
    parse_mailbox(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_input);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("Mailboxes: an address, with a name, with a quoted name") {
  CHECK(parse_mailbox("a@example.com") == Mailbox{"", "a@example.com"});
  CHECK(parse_mailbox(" a+b.c@mx-1.example.co.jp ") == Mailbox{"", "a+b.c@mx-1.example.co.jp"});
  CHECK(parse_mailbox("<a@localhost>") == Mailbox{"", "a@localhost"});
  CHECK(parse_mailbox("Data team <a@[192.0.2.1]>") == Mailbox{"Data team", "a@[192.0.2.1]"});
  CHECK(parse_mailbox("データ基盤 <a@example.com>") == Mailbox{"データ基盤", "a@example.com"});
  CHECK(parse_mailbox(R"("Doe, \"J\" <x>" <a@example.com>)") ==
        Mailbox{"Doe, \"J\" <x>", "a@example.com"});
}

TEST_CASE("Mailboxes: what is none is refused, saying why") {
  for (const std::string_view text : {"",
                                      "a",
                                      "@example.com",
                                      "a@",
                                      "a@b@c",
                                      "a b@example.com",
                                      "a..b@example.com",
                                      ".a@example.com",
                                      "a.@example.com",
                                      "a@example..com",
                                      "a@-_-",
                                      "a@[1.2.3.4",
                                      "a@exa mple",
                                      "x <a@example.com",
                                      "a@example.com>",
                                      "\"x <a@example.com>",
                                      "\"x\" y <a@example.com>",
                                      "a\"b <a@example.com>",
                                      "\"quoted local\"@example.com",
                                      "<a@example.com> x"}) {
    CAPTURE(text);
    CHECK(refusal_of(text) != "");
  }
  CHECK(refusal_of("太郎@example.com").find("ASCII") != std::string::npos);
  CHECK(refusal_of(std::string(65, 'a') + "@example.com").find("64") != std::string::npos);
}

TEST_CASE("Mailboxes: what would add a header or a command is refused, and not repeated") {
  for (const std::string_view text : {"a@example.com\r\nBcc: b@example.com", "x\n <a@example.com>",
                                      "a@example.com\xFF", "a\x7f@example.com"}) {
    try {
      parse_mailbox(text);
      FAIL_CHECK("it was taken");
    } catch (const Error& error) {
      CHECK(error.subject().empty());
    }
  }
}
