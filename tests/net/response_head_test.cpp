#include "net/response_head.hpp"

#include <doctest/doctest.h>

#include <string>

#include "net/framing.hpp"

using namespace sluice;
using namespace sluice::net;

namespace {

std::string problem_of(std::string_view text) {
  ResponseHead head;
  return std::string(parse_response_head(text, head));
}

std::string framing_problem_of(std::string_view fields, std::string_view version = "1.1") {
  const std::string text =
      "HTTP/" + std::string(version) + " 200 OK\r\n" + std::string(fields) + "\r\n";
  ResponseHead head;
  REQUIRE(parse_response_head(text, head).empty());
  Framing framing;
  return std::string(decide_framing(text, head, RequestKind::plain, framing));
}

Framing framing_of(std::string_view status, std::string_view fields,
                   RequestKind kind = RequestKind::plain, std::string_view version = "1.1") {
  const std::string text = "HTTP/" + std::string(version) + " " + std::string(status) + "\r\n" +
                           std::string(fields) + "\r\n";
  ResponseHead head;
  REQUIRE(parse_response_head(text, head).empty());
  Framing framing;
  REQUIRE(decide_framing(text, head, kind, framing).empty());
  return framing;
}

}  // namespace

TEST_CASE("Response head: status and fields are places in the text") {
  const std::string text = "HTTP/1.1 404 Not Found\r\nA:b\r\nEmpty:\r\nC-d: \t e f \t\r\n\r\n";
  ResponseHead head;
  REQUIRE(parse_response_head(text, head).empty());
  CHECK(head.status == 404);
  CHECK(head.minor_version == 1);
  const HeaderList list(text, head.fields);
  REQUIRE(list.size() == 3);
  CHECK(list[0] == HeaderList::Field("A", "b"));
  CHECK(list[1] == HeaderList::Field("Empty", ""));
  CHECK(list[2] == HeaderList::Field("C-d", "e f"));
  CHECK(problem_of("HTTP/1.0 200\r\n\r\n").empty());
  CHECK(problem_of("HTTP/1.0 200 \r\n\r\n").empty());
}

TEST_CASE("Response head: malformed heads are refused with a reason") {
  for (const char* text :
       {"HTTP/1.1 200 OK\r\n", "\r\n", "\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 O\x01K\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: b\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n\r\nx\r\n\r\n"}) {
    INFO(text);
    CHECK_FALSE(problem_of(text).empty());
  }
  CHECK_FALSE(problem_of(std::string("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25)).empty());
}

TEST_CASE("Response head: its end is found however the bytes are cut") {
  const std::string text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    const std::size_t early = head_length(std::string_view(text).substr(0, first), 0);
    CHECK(early == (first >= 25 ? 25 : 0));
    if (early == 0) CHECK(head_length(text, first) == 25);
  }
  CHECK(refuse_early("HTT").empty());
  CHECK(refuse_early("HTTP/1.1 200 OK\r\nA: b").empty());
  CHECK_FALSE(refuse_early("SSH-2.0").empty());
  CHECK_FALSE(refuse_early("HTTP/1.1 200 OK\nA: b").empty());
}

TEST_CASE("Framing: how a body is delimited follows RFC 9112 section 6.3") {
  CHECK(framing_of("200 OK", "Content-Length: 5\r\n").kind == BodyKind::length);
  CHECK(framing_of("200 OK", "Content-Length: 5, 5\r\nContent-Length: 5\r\n").content_length == 5);
  CHECK(framing_of("200 OK", "Transfer-Encoding: Chunked\r\n").kind == BodyKind::chunked);
  CHECK(framing_of("200 OK", "").kind == BodyKind::until_close);
  CHECK_FALSE(framing_of("200 OK", "").keep_alive);
  for (const char* status : {"204 No Content", "304 Not Modified", "100 Continue"}) {
    CHECK(framing_of(status, "Content-Length: 5\r\n").kind == BodyKind::none);
  }
  const Framing head = framing_of("200 OK", "Content-Length: 5\r\n", RequestKind::head);
  CHECK(head.kind == BodyKind::none);
  CHECK(head.content_length == 5);
}

TEST_CASE("Framing: ambiguous lengths and codings are refused") {
  for (const char* fields :
       {"Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n",
        "Content-Length: -1\r\n", "Content-Length: +1\r\n", "Content-Length:\r\n",
        "Content-Length: 5,\r\n", "Content-Length: 0x5\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding:\r\n"}) {
    INFO(fields);
    CHECK_FALSE(framing_problem_of(fields).empty());
  }
  CHECK_FALSE(framing_problem_of("Transfer-Encoding: chunked\r\n", "1.0").empty());
}

TEST_CASE("Framing: only a peer that means to keep the connection is believed") {
  CHECK(framing_of("204 X", "").keep_alive);
  CHECK_FALSE(framing_of("204 X", "Connection: foo, Close\r\n").keep_alive);
  CHECK_FALSE(framing_of("204 X", "", RequestKind::plain, "1.0").keep_alive);
  CHECK(framing_of("204 X", "Connection: Keep-Alive\r\n", RequestKind::plain, "1.0").keep_alive);
  CHECK_FALSE(framing_of("204 X", "Connection: keep-alive, close\r\n").keep_alive);
}
